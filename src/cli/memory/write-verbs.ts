import { InvalidArgumentError, Option } from 'commander';
import { EXIT } from '../../core/exit-code.ts';
import type { MemoryChange } from '../../core/memory.ts';
import type { Call, Verb } from '../command.ts';
import { noSuchKey } from './read-verbs.ts';
import { declarePlace, namespaceOf, openStore } from './store.ts';
import { mapFrom, parseJson, stdinText, valueFrom } from './value.ts';

const KEY = 'the exact key';
const VALUE = 'a text, put after -- when it begins with a dash; - reads it from stdin';

/** The verbs that change keys. When one ends with 0, the change is on disk. */
export const writeVerbs: readonly Verb[] = [
  {
    name: 'set',
    summary: 'give a key a value',
    examples: [
      { command: 'promptchain memory set tone "short and dry"', note: 'a text' },
      { command: 'promptchain memory set labels \'["bug"]\' --json', note: 'any JSON value' },
      { command: 'promptchain memory set notes - < notes.txt', note: 'from stdin' },
    ],
    configure(parser) {
      parser.argument('<key>', KEY).argument('<value>', VALUE);
      declarePlace(parser);
      parser.option('--json', 'the value is JSON');
    },
    run: (call) => change(call, async (key, value) => ({ op: 'set', key, value: await valueFrom(call, value) })),
  },
  {
    name: 'append',
    summary: 'add a value to a list, which is made when there is none',
    examples: [{ command: 'promptchain memory append topics "tea" --keep 20', note: 'and keep the last 20' }],
    configure(parser) {
      parser.argument('<key>', KEY).argument('<value>', VALUE);
      declarePlace(parser);
      parser.option('--json', 'the value is JSON');
      parser.addOption(new Option('--keep <n>', 'keep only the last n values').argParser(wholeNumber));
    },
    run: (call) =>
      change(call, async (key, operand) => {
        const value = await valueFrom(call, operand);
        return { op: 'append', key, value, ...(call.options.keep === undefined ? {} : { keep: call.options.keep }) };
      }),
  },
  {
    name: 'increment',
    summary: 'add to a number, which is 0 when there is none',
    examples: [{ command: 'promptchain memory increment runs', note: 'by 1' }],
    configure(parser) {
      parser.argument('<key>', KEY).argument('[by]', 'how much; less than 0 takes away', anyNumber);
      declarePlace(parser);
    },
    run: (call) => change(call, async (key, by) => ({ op: 'increment', key, by: by === '' ? 1 : Number(by) })),
  },
  {
    name: 'merge',
    summary: 'set some keys of a map, which is made when there is none',
    examples: [{ command: 'promptchain memory merge settings \'{"tone": "dry"}\'', note: 'other keys of the map stay' }],
    configure(parser) {
      parser.argument('<key>', KEY).argument('<map>', 'a JSON map; - reads it from stdin');
      declarePlace(parser);
    },
    run: (call) =>
      change(call, async (key, operand) => {
        const text = operand === '-' ? await stdinText(call) : operand;
        return { op: 'merge', key, value: mapFrom(parseJson(text, 'the value'), 'the value') };
      }),
  },
  {
    name: 'rm',
    summary: 'remove keys, all of them or none',
    examples: [{ command: 'promptchain memory rm tone labels', note: 'two keys' }],
    configure(parser) {
      parser.argument('<key...>', 'the exact keys');
      declarePlace(parser);
    },
    async run(call) {
      const store = openStore(call);
      const keys = Object.keys(await store.read(namespaceOf(call)));
      const missing = call.args.find((key) => !keys.includes(key));
      if (missing !== undefined) throw noSuchKey(call, missing, keys);
      await store.commit(
        namespaceOf(call),
        call.args.map((key) => ({ op: 'remove', key })),
      );
      return EXIT.ok;
    },
  },
];

async function change(call: Call, build: (key: string, operand: string) => Promise<MemoryChange>): Promise<number> {
  const [key = '', operand = ''] = call.args;
  await openStore(call).commit(namespaceOf(call), [await build(key, operand)]);
  return EXIT.ok;
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is not a whole number.');
}

/** Checks only: operands reach a command as they were written. */
function anyNumber(text: string): string {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return text;
  throw new InvalidArgumentError('It is not a number.');
}
