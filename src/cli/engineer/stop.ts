import { UsageError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import type { Verb } from '../command.ts';
import { askToStop, isRunning, runFolder } from '../optimize/run-folder.ts';

export const stop: Verb = {
  name: 'stop',
  summary: 'ask a running optimisation to end; it can be resumed',
  examples: [{ command: 'promptchain engineer stop last', note: 'rollouts under way are finished and kept' }],
  configure(parser) {
    parser.argument('<run>', 'an id, the beginning of one, last, or the folder of the run');
  },
  async run(call) {
    const name = call.args[0] ?? '';
    const folder = runFolder(call, name);
    if (!isRunning(folder))
      throw new UsageError(`run ${name} is not running`, { code: 'PC2063', help: 'promptchain engineer runs' });
    askToStop(folder);
    return EXIT.ok;
  },
};
