import { UsageError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import type { Verb } from '../command.ts';
import { applyTexts } from '../optimize/apply.ts';
import { textsOfCandidate } from '../optimize/findings.ts';
import { reportData } from '../optimize/report/data.ts';
import { readEvents, readRunFile, runFolder } from '../optimize/run-folder.ts';

export const apply: Verb = {
  name: 'apply',
  summary: 'put the texts an optimisation found into the files they come from',
  examples: [
    { command: 'promptchain engineer apply last', note: 'the best ones, if their gain is significant' },
    { command: 'promptchain engineer apply last --candidate 3 --force', note: 'others, or without proof' },
  ],
  configure(parser) {
    parser
      .argument('<run>', 'an id, the beginning of one, last, or the folder of the run')
      .option('--candidate <number>', 'these texts instead of the best')
      .option('--force', 'also without a significant gain on unseen rows');
  },
  async run(call) {
    const { candidate, force } = call.options;
    const folder = runFolder(call, call.args[0] ?? '');
    const run = readRunFile(folder);
    const data = reportData(run, readEvents(folder), call.io.cwd);
    const proven = data.verdict === 'improved' && (candidate === undefined || candidate === String(data.best));
    if (!proven && force !== true) {
      const why = candidate === undefined ? (data.verdict ?? 'the run is not finished') : 'only the best texts were tested';
      throw new UsageError(`no significant gain is shown for these texts: ${why}`, {
        code: 'PC2065',
        help: 'keep what you have; --force writes them all the same',
      });
    }
    await applyTexts(call, run, textsOfCandidate(data, candidate));
    return EXIT.ok;
  },
};
