import type { Verb } from '../command.ts';
import { declareSynthFlags } from '../synth/flags.ts';

export const synth: Verb = {
  name: 'synth',
  summary: 'cases for a chain that has none yet, invented by a model',
  examples: [
    { command: 'promptchain engineer synth chain.yaml -n 40 -o cases.jsonl', note: 'inputs, each with a rubric to judge by' },
    { command: 'promptchain engineer synth chain.yaml --data cases.jsonl -o more.jsonl', note: 'others than there are' },
    {
      command: 'promptchain engineer synth prompt.md --no-rubric --budget-usd 0.10 > inputs.jsonl',
      note: 'inputs alone, for a prompt',
    },
  ],
  configure: declareSynthFlags,
  excess: 'one target at a time',
  async run(call) {
    const { runSynth } = await import('../synth/run.ts');
    return runSynth(call);
  },
};
