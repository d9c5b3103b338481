import { EXIT } from '../../core/exit-code.ts';
import type { Verb } from '../command.ts';
import { patchOf, textsOfCandidate } from '../optimize/findings.ts';
import { reportData } from '../optimize/report/data.ts';
import { paintOut } from '../optimize/report/print.ts';
import { readEvents, readRunFile, runFolder } from '../optimize/run-folder.ts';

export const diff: Verb = {
  name: 'diff',
  summary: 'what a candidate changes, as a patch',
  examples: [
    { command: 'promptchain engineer diff last', note: 'the best one' },
    { command: 'promptchain engineer diff last 3 > candidate.patch', note: 'candidate 3, for git apply' },
  ],
  configure(parser) {
    parser
      .argument('<run>', 'an id, the beginning of one, last, or the folder of the run')
      .argument('[candidate]', 'its number; by default the best');
  },
  async run(call) {
    const [name = '', candidate] = call.args;
    const folder = runFolder(call, name);
    const run = readRunFile(folder);
    const data = reportData(run, readEvents(folder), call.io.cwd);
    const paint = await paintOut(call);
    const lines = patchOf(run, textsOfCandidate(data, candidate), call.io.cwd).split('\n');
    const coloured = lines.map((line) => {
      if (/^[+-]{3} |^@@/.test(line)) return line.startsWith('@') ? paint.cyan(line) : paint.bold(line);
      return line.startsWith('+') ? paint.green(line) : line.startsWith('-') ? paint.red(line) : line;
    });
    await call.out.write(coloured.join('\n'));
    return EXIT.ok;
  },
};
