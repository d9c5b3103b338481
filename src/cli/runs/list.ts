import { InvalidArgumentError, Option } from 'commander';
import { EXIT } from '../../core/exit-code.ts';
import { listRuns, type RunSummary } from '../../store/run-list.ts';
import { duration } from '../../terminal/words.ts';
import { columns } from '../columns.ts';
import type { Verb } from '../command.ts';
import { runsDir } from '../paths.ts';
import { shownName } from '../shown-name.ts';

const STATUSES: readonly RunSummary['status'][] = [
  'running',
  'success',
  'failed',
  'not_met',
  'limited',
  'blocked',
  'interrupted',
];

export const list: Verb = {
  name: 'list',
  summary: 'the runs kept, newest first',
  examples: [
    { command: 'promptchain runs list --status failed --limit 5', note: 'the last five that failed' },
    { command: 'promptchain runs list --json | jq -r ".[0].run_id"', note: 'the newest, for a script' },
  ],
  configure(parser) {
    parser.option('--json', 'print a JSON list');
    parser.addOption(new Option('--limit <n>', 'at most so many; 0 for all').argParser(wholeNumber).default(20));
    parser.addOption(new Option('--status <status>', 'only those that ended so, or are still running').choices(STATUSES));
  },
  async run({ options, paths, out, err, globals }) {
    const { status, limit } = options;
    const runs = listRuns(runsDir(paths), {
      ...(limit === 0 ? {} : { limit }),
      ...(status === undefined ? {} : { status }),
    });
    if (options.json === true) await out.write(`${JSON.stringify(runs.map(jsonOf), null, 2)}\n`);
    else if (runs.length > 0) await out.write(`${columns([['ID', 'STARTED', 'STATUS', 'TOOK', 'CHAIN'], ...runs.map(cells)])}\n`);
    else if (!globals.quiet) await err.write(status === undefined ? 'no run is kept yet\n' : `no run is ${status}\n`);
    return EXIT.ok;
  },
};

function cells({ id, started, status, durationMs, chain }: RunSummary): readonly string[] {
  const when = started.replace('T', ' ').replace(/\.\d+Z$/, 'Z');
  return [id, when, status, durationMs === null ? '' : duration(durationMs), shownName(chain)];
}

/** In the words of the result, as `runs show --json` has them. */
function jsonOf({ id, chain, status, started, durationMs, costUsd, bytes }: RunSummary) {
  return { run_id: id, chain, status, started, duration_ms: durationMs, cost_usd: costUsd, journal_bytes: bytes };
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is not a whole number.');
}
