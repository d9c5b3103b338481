import { join } from 'node:path';
import { EXIT } from '../../core/exit-code.ts';
import { columns } from '../columns.ts';
import type { Verb } from '../command.ts';
import { reportData } from '../optimize/report/data.ts';
import { engineerDir, isRunning, readEvents, readRunFile, runIds } from '../optimize/run-folder.ts';

export const runs: Verb = {
  name: 'runs',
  summary: 'the optimisations of this folder',
  examples: [{ command: 'promptchain engineer runs', note: 'the newest last' }],
  configure(parser) {
    parser.option('--json', 'print a JSON list');
  },
  async run(call) {
    const { out, io } = call;
    const rows = runIds(call).map((id) => {
      const folder = join(engineerDir(call), id);
      const { chain, verdict, ended, spent, best } = reportData(readRunFile(folder), readEvents(folder), io.cwd);
      const state = verdict ?? (isRunning(folder) ? 'running' : `resumable${ended === null ? '' : `: ${ended}`}`);
      return { id, chain, state, rollouts: spent.rollouts.train + spent.rollouts.val, best };
    });
    if (call.options.json === true) await out.write(`${JSON.stringify(rows)}\n`);
    else if (rows.length > 0)
      await out.write(`${columns(rows.map(({ id, chain, state, rollouts }) => [id, chain, `${rollouts} rollouts`, state]))}\n`);
    return EXIT.ok;
  },
};
