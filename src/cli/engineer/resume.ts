import type { Verb } from '../command.ts';
import { raisedLimits } from '../optimize/flags.ts';

export const resume: Verb = {
  name: 'resume',
  summary: 'go on with an optimisation; what was paid for is not paid again',
  examples: [
    { command: 'promptchain engineer resume last', note: 'after Ctrl-C, a failure or a crash: it ends as if never cut' },
    { command: 'promptchain engineer resume last --budget-usd 5', note: 'after the money was used up: what is spent counts' },
  ],
  configure(parser) {
    parser.argument('<run>', 'an id, the beginning of one, last, or the folder of the run');
    raisedLimits(parser);
  },
  async run(call) {
    return (await import('../optimize/resume.ts')).resume(call);
  },
};
