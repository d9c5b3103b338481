import type { Verb } from '../command.ts';
import { declareImproveFlags } from '../improve/flags.ts';

export const improvement: Verb = {
  name: 'improve',
  summary: 'a better prompt without data: found problems, edits under guards, blind comparison',
  examples: [
    { command: 'promptchain engineer improve prompt.md', note: 'show a better prompt; nothing is written' },
    { command: 'promptchain engineer improve chain.yaml#draft --write', note: 'put it into the chain, all else as it is' },
    { command: 'promptchain engineer improve prompt.md --inputs "a text" "another"', note: 'measured: both prompts are tried' },
    {
      command: 'promptchain engineer improve prompt.md --techniques delimiters output_contract -i',
      note: 'decide at the terminal',
    },
    {
      command: 'promptchain engineer --initial-prompt - --output-file out.md < prompt.md',
      note: 'in a pipe; improve may be left out',
    },
  ],
  configure: declareImproveFlags,
  excess: 'one target at a time; chain.yaml without # means all of its steps',
  async run(call) {
    const { runImprove } = await import('../improve/run.ts');
    return runImprove(call);
  },
};
