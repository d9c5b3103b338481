import type { Verb } from '../command.ts';
import { compareFlags, declareCompareFlags } from '../compare/flags.ts';

export const compare: Verb = {
  name: 'compare',
  summary: 'is the second of two chains or prompts better? by what rows expect, or by a judge',
  examples: [
    {
      command: 'promptchain engineer compare old.yaml new.yaml --data cases.jsonl',
      note: 'exit 5 unless the second is better beyond chance',
    },
    {
      command: 'promptchain engineer compare old.md new.md --inputs inputs.txt --judge-model openai/gpt-4o',
      note: 'a judge chooses blindly, each pair in both orders',
    },
    {
      command: 'promptchain engineer compare a.yaml b.yaml c.yaml --inputs inputs.jsonl --criterion "kinder"',
      note: 'the best of several, if one is',
    },
  ],
  configure: declareCompareFlags,
  async run(call) {
    const asked = compareFlags(call);
    if (asked.by === 'judge') return (await import('../compare/duel.ts')).duelOf(call, asked);
    return (await import('../compare/by-score.ts')).compareChains(call, asked.flags);
  },
};
