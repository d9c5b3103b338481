import { UsageError } from '../../core/errors.ts';
import { publicEvent } from '../../core/event.ts';
import { EXIT } from '../../core/exit-code.ts';
import { readRun } from '../../store/runs.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import type { Call, Verb } from '../command.ts';
import { runsDir } from '../paths.ts';
import { accountOf } from './account.ts';
import { runIdOf } from './find.ts';

export const show: Verb = {
  name: 'show',
  summary: 'what a run did: its steps, its output, its error',
  examples: [
    { command: 'promptchain runs show last', note: 'the newest run' },
    { command: 'promptchain runs show last --json | jq -r .output', note: 'the object that `run --json` prints' },
    { command: 'promptchain runs show 2026 --events', note: 'the beginning of an id is enough; one event a line' },
  ],
  configure(parser) {
    parser.argument('<run>', 'an id, the beginning of one, or last');
    parser.option('--json', 'print the result as one JSON object');
    parser.option('--events', 'print the journal: one JSON event a line');
  },
  async run(call) {
    const { options, out, paths } = call;
    if (options.json === true && options.events === true) throw new UsageError('--json and --events cannot both be given');
    const dir = runsDir(paths);
    const record = readRun(dir, runIdOf(dir, call.args[0] ?? ''));
    for (const { line, byte } of record.unreadable)
      await note(call, `line ${line} of ${record.file} (byte ${byte}) cannot be read`);
    if (options.events === true) {
      for (const event of record.events) await out.write(`${JSON.stringify(publicEvent(event))}\n`);
    } else if (options.json === true) {
      await out.write(`${JSON.stringify(record.result, null, 2)}\n`);
    } else {
      const account = accountOf(record);
      await out.write(out.isTTY ? sanitize(account) : account);
    }
    return EXIT.ok;
  },
};

async function note({ err, paint, globals }: Call, message: string): Promise<void> {
  if (!globals.quiet) await err.write(`${paint.yellow('warning[PC8103]')}: ${sanitize(message)}\n`);
}
