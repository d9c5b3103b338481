import { EXIT } from '../../core/exit-code.ts';
import { journalFile } from '../../store/run-files.ts';
import type { Command, Verb } from '../command.ts';
import { runsDir } from '../paths.ts';
import { runIdOf } from '../runs/find.ts';
import { list } from '../runs/list.ts';
import { remove } from '../runs/remove.ts';
import { resume } from '../runs/resume.ts';
import { show } from '../runs/show.ts';

const path: Verb = {
  name: 'path',
  summary: 'the folder of the runs, or the journal of one',
  examples: [{ command: 'promptchain runs path last', note: 'the file of the newest run' }],
  configure(parser) {
    parser.argument('[run]', 'an id, the beginning of one, or last');
  },
  async run({ args: [run], paths, out }) {
    const dir = runsDir(paths);
    await out.write(`${run === undefined ? dir : journalFile(dir, runIdOf(dir, run))}\n`);
    return EXIT.ok;
  },
};

export const runs: Command = {
  examples: [
    { command: 'promptchain runs list', note: 'the last 20; the newest 1,000 are kept, up to 1 GiB' },
    { command: 'promptchain runs show last', note: 'what the newest did' },
    { command: 'promptchain runs rm --older-than 30d', note: 'remove old ones' },
  ],
  verbs: [list, show, resume, remove, path],
};
