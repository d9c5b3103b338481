import { StoreError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import { type Json, textOf } from '../../core/json.ts';
import { nearest } from '../../lib/nearest.ts';
import type { Call, Verb } from '../command.ts';
import { shownName } from '../shown-name.ts';
import { declarePlace, declareStore, namespaceOf, note, openStore, print, storeFile } from './store.ts';

/** The verbs that only look: none of them creates or changes a file. */
export const readVerbs: readonly Verb[] = [
  {
    name: 'list',
    summary: 'the keys of a namespace, one a line, the one written last at the end',
    examples: [{ command: 'promptchain memory list --namespace notes', note: 'the keys of one namespace' }],
    configure(parser) {
      declarePlace(parser);
      parser.option('--json', 'print a JSON list of the keys');
    },
    async run(call) {
      const keys = Object.keys(await openStore(call).read(namespaceOf(call)));
      if (call.options.json === true) await call.out.write(`${JSON.stringify(keys)}\n`);
      else if (keys.length === 0) await note(call, `namespace "${namespaceOf(call)}" is empty`);
      else await call.out.write(`${keys.map(shownName).join('\n')}\n`);
      return EXIT.ok;
    },
  },
  {
    name: 'get',
    summary: 'one value: a text as it is, anything else as JSON',
    examples: [
      { command: 'promptchain memory get last_topic', note: 'a value and a line break' },
      { command: 'promptchain memory get labels --json | jq length', note: 'always as JSON, texts in quotes' },
    ],
    configure(parser) {
      parser.argument('<key>', 'the exact key');
      declarePlace(parser);
      parser.option('--json', 'print it as JSON');
    },
    async run(call) {
      const value = await valueAt(call, call.args[0] ?? '');
      await print(call, call.options.json === true ? JSON.stringify(value) : textOf(value));
      return EXIT.ok;
    },
  },
  {
    name: 'namespaces',
    summary: 'the namespaces that hold anything, one a line',
    examples: [{ command: 'promptchain memory namespaces --json', note: 'with the number of keys in each' }],
    configure(parser) {
      declareStore(parser);
      parser.option('--json', 'print a JSON map of namespace to number of keys');
    },
    async run(call) {
      const contents = await openStore(call).contents();
      const counts = Object.entries(contents).map(([name, keys]) => [name, Object.keys(keys).length] as const);
      if (call.options.json === true) await call.out.write(`${JSON.stringify(Object.fromEntries(counts))}\n`);
      else if (counts.length === 0) await note(call, 'memory is empty');
      else await call.out.write(`${counts.map(([name]) => shownName(name)).join('\n')}\n`);
      return EXIT.ok;
    },
  },
  {
    name: 'export',
    summary: 'everything as plain JSON: a map of namespace to keys, or the keys of one namespace',
    examples: [
      { command: 'promptchain memory export > memory.json', note: 'a copy that `memory import` reads' },
      { command: 'promptchain memory export --namespace notes', note: 'one namespace: a map of key to value' },
    ],
    configure(parser) {
      declareStore(parser);
      parser.option('--namespace <name>', 'only this namespace');
    },
    async run(call) {
      const { namespace } = call.options;
      const store = openStore(call);
      const exported = namespace === undefined ? await store.contents() : await store.read(namespace);
      await print(call, JSON.stringify(exported, null, 2));
      return EXIT.ok;
    },
  },
  {
    name: 'path',
    summary: 'the file the store is kept in',
    examples: [{ command: 'promptchain memory path', note: 'whether or not it exists yet' }],
    configure: declareStore,
    async run(call) {
      await print(call, storeFile(call));
      return EXIT.ok;
    },
  },
];

/** The value of a key; an unknown one is an error that names the closest. */
async function valueAt(call: Call, key: string): Promise<Json> {
  const values = await openStore(call).read(namespaceOf(call));
  const value = Object.hasOwn(values, key) ? values[key] : undefined;
  if (value !== undefined) return value;
  throw noSuchKey(call, key, Object.keys(values));
}

export function noSuchKey(call: Call, key: string, keys: readonly string[]): StoreError {
  const close = nearest(key, keys);
  const list = keys.length === 0 ? 'the namespace is empty' : 'promptchain memory list shows the keys';
  return new StoreError(`there is no key "${key}" in namespace "${namespaceOf(call)}"`, {
    code: 'PC8009',
    help: close === undefined ? list : `did you mean "${close}"?`,
  });
}
