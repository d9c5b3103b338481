import { UsageError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import { listRuns, removeRun } from '../../store/journal.ts';
import type { Call, Verb } from '../command.ts';
import { confirm } from '../confirm.ts';
import { runsDir } from '../paths.ts';
import { runIdOf } from './find.ts';

export const remove: Verb = {
  name: 'rm',
  summary: 'remove runs that have ended',
  examples: [
    { command: 'promptchain runs rm last', note: 'the newest run' },
    { command: 'promptchain runs rm --older-than 30d', note: 'those that began longer ago' },
    { command: 'promptchain runs rm --all -y', note: 'all, without asking' },
  ],
  configure(parser) {
    parser.argument('[run...]', 'ids, beginnings of ids, or last');
    parser.option('--older-than <age>', 'those that began longer ago, such as 12h, 30d or 8w');
    parser.option('--all', 'every run');
  },
  async run(call) {
    const dir = runsDir(call.paths);
    const ids = await chosen(call, dir);
    for (const id of ids) removeRun(dir, id);
    if (!call.globals.quiet) await call.err.write(`removed ${ids.length} ${ids.length === 1 ? 'run' : 'runs'}\n`);
    return EXIT.ok;
  },
};

/** Runs that are still going stay, unless they are named: then they are an error. */
async function chosen(call: Call, dir: string): Promise<readonly string[]> {
  const { args, options, io } = call;
  const ways = [args.length > 0, options.olderThan !== undefined, options.all === true].filter(Boolean).length;
  if (ways !== 1) throw new UsageError('say which runs to remove: by id, with --older-than, or with --all');
  if (args.length > 0) return [...new Set(args.map((text) => runIdOf(dir, text)))];
  const before = options.all === true ? Number.POSITIVE_INFINITY : io.clock.now() - ageOf(options.olderThan);
  const ids = listRuns(dir)
    .filter(({ status, started }) => status !== 'running' && (options.all === true || Date.parse(started) < before))
    .map(({ id }) => id);
  if (options.all === true && ids.length > 0) await confirm(call, `Remove ${ids.length} runs from ${dir}?`);
  return ids;
}

/** Milliseconds. */
function ageOf(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  const unitMs = UNITS_MS[unit];
  if (unitMs !== undefined) return Number(number) * unitMs;
  throw new UsageError(`--older-than "${text}" is not an age`, { help: 'write 12h, 30d or 8w' });
}

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};
