import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { StoreError, UsageError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import { fileCause } from '../../lib/file-cause.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Call, Verb } from '../command.ts';
import { confirm } from '../confirm.ts';
import { declarePlace, declareStore, namespaceOf, note, openStore } from './store.ts';
import { stdinText } from './value.ts';

/** The verbs about whole namespaces and the whole store. */
export const wholeVerbs: readonly Verb[] = [
  {
    name: 'import',
    summary: 'set every key of a file that `memory export` wrote; other keys stay',
    examples: [
      { command: 'promptchain memory import memory.json', note: 'namespaces and keys' },
      { command: 'promptchain memory import --namespace notes --replace - < notes.json', note: 'one namespace, emptied first' },
    ],
    configure(parser) {
      parser.argument('[file]', 'a JSON file; - or nothing reads stdin');
      declareStore(parser);
      parser.option('--namespace <name>', 'the file holds the keys of this namespace');
      parser.option('--replace', 'empty the namespaces in the file first');
    },
    async run(call) {
      const contents = contentsFrom(await importText(call), call.options.namespace);
      await openStore(call).load(contents, { replace: call.options.replace === true });
      const keys = Object.values(contents).reduce((total, values) => total + Object.keys(values).length, 0);
      await note(call, `imported ${count(keys, 'key')} into ${count(Object.keys(contents).length, 'namespace')}`);
      return EXIT.ok;
    },
  },
  {
    name: 'clear',
    summary: 'remove every key of a namespace, or of all, from the file',
    examples: [
      { command: 'promptchain memory clear --namespace notes', note: 'asks first' },
      { command: 'promptchain memory clear --all -y', note: 'everything, without asking' },
    ],
    configure(parser) {
      declarePlace(parser);
      parser.option('--all', 'every namespace');
    },
    async run(call) {
      if (call.options.all === true && call.options.namespace !== undefined) {
        throw new UsageError('--all and --namespace cannot both be given');
      }
      const store = openStore(call);
      const namespace = call.options.all === true ? undefined : namespaceOf(call);
      const name = namespace === undefined ? 'every namespace' : `namespace "${namespace}"`;
      await confirm(call, `Remove every key of ${name} from ${store.file}?`);
      await note(call, `removed ${count(await store.clear(namespace), 'key')} of ${name}`);
      return EXIT.ok;
    },
  },
  {
    name: 'repair',
    summary: 'keep what is intact in a damaged store, and the damaged file beside it',
    examples: [{ command: 'promptchain memory repair', note: 'says what is kept and what is lost' }],
    configure: declareStore,
    async run(call) {
      const { aside, keys, lost } = await openStore(call).repair();
      if (aside === undefined) {
        await note(call, `nothing is wrong with the store; it holds ${count(keys, 'key')}`);
        return EXIT.ok;
      }
      for (const { line, byte, bytes } of lost) await note(call, `lost: line ${line}, ${count(bytes, 'byte')} from byte ${byte}`);
      await note(call, `kept: ${count(keys, 'key')}; what was found is in ${aside}`);
      return EXIT.ok;
    },
  },
];

async function importText(call: Call): Promise<string> {
  const [file = '-'] = call.args;
  if (file === '-') return stdinText(call);
  let bytes: Buffer;
  try {
    bytes = await readFile(resolve(call.io.cwd, file));
  } catch (cause) {
    throw new UsageError(`cannot read "${file}": ${fileCause(cause)}`, { cause });
  }
  const decoded = decodeUtf8(bytes);
  if ('text' in decoded) return decoded.text;
  throw notAnExport(`the byte at offset ${decoded.badByteAt} belongs to no UTF-8 character`);
}

function contentsFrom(text: string, namespace: string | undefined): { [namespace: string]: { readonly [key: string]: Json } } {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (cause) {
    throw notAnExport((cause as Error).message, cause);
  }
  if (!isJsonObject(value)) throw notAnExport('it is not a map');
  if (namespace !== undefined) return Object.fromEntries([[namespace, value]]);
  return Object.fromEntries(
    Object.entries(value).map(([name, keys]) => {
      if (!isJsonObject(keys)) throw notAnExport(`"${name}" is not a map of keys`);
      return [name, keys];
    }),
  );
}

function notAnExport(why: string, cause?: unknown): StoreError {
  return new StoreError(`this is not a memory export: ${why}`, {
    code: 'PC8008',
    help: 'it is JSON such as {"default": {"key": "value"}}, or with --namespace {"key": "value"}',
    cause,
  });
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
