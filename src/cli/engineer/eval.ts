import { Option } from 'commander';
import type { Verb } from '../command.ts';
import { declareUseFlags } from '../run/limit-flags.ts';
import { cacheOption } from '../test/drawn-models.ts';
import { evaluate } from '../test/evaluate.ts';
import { declareSharedFlags, share, testFlags } from '../test/flags.ts';

export const evaluation: Verb = {
  name: 'eval',
  summary: 'score a chain on a dataset',
  examples: [
    { command: 'promptchain engineer eval chain.yaml --data cases.jsonl', note: 'the score, and each case' },
    { command: 'promptchain engineer eval chain.yaml --data cases.jsonl --min-score 0.8', note: 'exit 5 below that score' },
    { command: 'promptchain engineer eval chain.yaml --data cases.jsonl --split test --json', note: 'one split, for a program' },
  ],
  configure(parser) {
    declareSharedFlags(parser);
    declareUseFlags(parser);
    parser
      .addOption(cacheOption())
      .requiredOption('--data <file>', 'the dataset: .yaml, .json, .jsonl or .csv')
      .option('--min-score <score>', 'the score to reach, from 0 to 1', share)
      .addOption(new Option('--split <name>', 'only the cases of this split').choices(['train', 'val', 'test']));
  },
  excess: 'one chain at a time; the dataset is named with --data',
  run(call) {
    const threshold = call.options.minScore as number | undefined;
    return evaluate(call, testFlags(call), threshold ?? null);
  },
};
