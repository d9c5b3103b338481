import { EXIT } from '../../core/exit-code.ts';
import type { Verb } from '../command.ts';
import { reportData } from '../optimize/report/data.ts';
import { printReport } from '../optimize/report/print.ts';
import { readEvents, readRunFile, runFolder } from '../optimize/run-folder.ts';

export const show: Verb = {
  name: 'show',
  summary: 'what an optimisation found',
  examples: [{ command: 'promptchain engineer show last', note: 'the verdict, the scores and the changed words' }],
  configure(parser) {
    parser
      .argument('<run>', 'an id, the beginning of one, last, or the folder of the run')
      .option('--json', 'print the report as JSON');
  },
  async run(call) {
    const folder = runFolder(call, call.args[0] ?? '');
    await printReport(call, reportData(readRunFile(folder), readEvents(folder), call.io.cwd), call.options.json === true);
    return EXIT.ok;
  },
};
