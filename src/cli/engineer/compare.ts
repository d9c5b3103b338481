import type { Verb } from '../command.ts';
import { declareSharedFlags, testFlags } from '../test/flags.ts';

export const compare: Verb = {
  name: 'compare',
  summary: 'two chains on the same rows: is the second better?',
  examples: [
    {
      command: 'promptchain engineer compare old.yaml new.yaml --data cases.jsonl',
      note: 'exit 5 unless the second is better beyond chance',
    },
    {
      command: 'promptchain engineer compare old.yaml new.yaml --data cases.jsonl --repeat 3 --json',
      note: 'each row three times',
    },
  ],
  configure(parser) {
    declareSharedFlags(parser);
    parser
      .argument('<other>', 'the chain that may be better')
      .requiredOption('--data <file>', 'the rows: .yaml, .json, .jsonl or .csv');
  },
  excess: 'two chains at a time; the rows are named with --data',
  async run(call) {
    const { compareChains } = await import('../test/compare.ts');
    return compareChains(call, testFlags(call));
  },
};
