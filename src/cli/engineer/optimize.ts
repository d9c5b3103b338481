import type { Verb } from '../command.ts';
import { declareOptimizeFlags, optimizeFlags } from '../optimize/flags.ts';

export const optimize: Verb = {
  name: 'optimize',
  summary: "better texts for a chain's prompts, learnt from rows and proven on unseen ones",
  examples: [
    { command: 'promptchain engineer optimize chain.yaml --data cases.jsonl --dry-run', note: 'the plan and what it costs' },
    {
      command: 'promptchain engineer optimize chain.yaml --data cases.jsonl --budget 400',
      note: 'exit 5 without a significant gain',
    },
    {
      command: 'promptchain engineer optimize chain.yaml --steps decide --budget-usd 2 --write',
      note: 'one step; write a proven gain back',
    },
  ],
  configure: declareOptimizeFlags,
  excess: 'one chain at a time; the rows are named with --data',
  async run(call) {
    const { start } = await import('../optimize/start.ts');
    return start(call, optimizeFlags(call));
  },
};
