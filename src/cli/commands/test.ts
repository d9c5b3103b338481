import type { Command } from '../command.ts';
import { evaluate } from '../test/evaluate.ts';
import { declareTestFlags, testFlags } from '../test/flags.ts';

export const test: Command = {
  examples: [
    { command: 'promptchain test chain.yaml', note: 'run the cases of the chain; exit 5 when one fails' },
    { command: 'promptchain test chain.yaml --data cases.jsonl --threshold 0.9', note: 'the cases of a dataset, by their score' },
    { command: 'promptchain test chain.yaml --filter refund -v', note: 'some cases, with what went in and came out' },
    { command: 'promptchain test chain.yaml --repeat 5 -j 8', note: 'every case five times, eight runs at a time' },
    { command: 'promptchain test chain.yaml --junit results.xml', note: 'for the report of a CI server' },
  ],
  configure: declareTestFlags,
  excess: 'one chain at a time; a dataset is named with --data',
  run(call) {
    const flags = testFlags(call);
    return evaluate(call, flags, flags.threshold);
  },
};
