import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { UsageError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import { fileCause } from '../../lib/file-cause.ts';
import { makeFolder } from '../../lib/make-folder.ts';
import type { Call, Command } from '../command.ts';
import { addTrusted, trustFile } from '../trust/store.ts';
import { fullChainSchema } from './schema.ts';

export const init: Command = {
  examples: [
    { command: 'promptchain init', note: 'a starter chain in this folder' },
    { command: 'promptchain init my-chains', note: 'in another one, which is made if need be' },
  ],
  bare: true,
  configure(parser) {
    parser.argument('[dir]', 'the folder to write to', '.');
  },
  async run(call) {
    const { args, io, out } = call;
    const dir = resolve(io.cwd, args[0] ?? '.');
    if (existsSync(join(dir, CHAIN))) {
      throw new UsageError(`${shownPath(call, join(dir, CHAIN))} exists already; nothing was written`, {
        code: 'PC2102',
        help: 'name another folder: promptchain init <dir>',
      });
    }
    const isNew = isEmpty(dir);
    for (const file of await starterFiles()) {
      const path = join(dir, file.name);
      if (await writeNew(path, file.text)) await out.write(`${shownPath(call, path)}\n`);
      else await tell(call, `kept ${shownPath(call, path)}, which exists already`);
    }
    // What was in the folder before is not the user's own only because they start a chain beside it.
    if (isNew) addTrusted(trustFile(call.paths), { folder: realpathSync(dir) });
    await tell(call, nextSteps(shownPath(call, dir)));
    return EXIT.ok;
  },
};

function isEmpty(dir: string): boolean {
  try {
    return readdirSync(dir).length === 0;
  } catch {
    return !existsSync(dir);
  }
}

const CHAIN = 'chain.yaml';
const SCHEMA = '.promptchain/chain.schema.json';

async function starterFiles(): Promise<readonly { readonly name: string; readonly text: string }[]> {
  return [
    { name: CHAIN, text: STARTER },
    { name: '.env.example', text: ENV_EXAMPLE },
    { name: SCHEMA, text: `${JSON.stringify(await fullChainSchema(), null, 2)}\n` },
  ];
}

const STARTER = `# yaml-language-server: $schema=${SCHEMA}
# promptchain run ${CHAIN} --input-file notes.txt
version: 1
name: starter
# auto takes the first that it finds: a key in the environment, a local model server, else a built-in extractor that is
# not a language model and says so. Name a model to always use that one, such as openai/gpt-4o-mini.
model: auto
steps:
  - id: summary
    prompt: "Summarise this text in three sentences:\\n\\n{input}"
  - id: headline
    prompt: "Summarise this text in one sentence:\\n\\n{steps.summary.output}"
output: |
  {steps.headline.output}

  {steps.summary.output}
# promptchain test ${CHAIN} runs these cases; promptchain help assertions lists what they can check.
tests:
  - id: harbour
    input: The harbour opened in 1901. It was rebuilt after the storm of 1953. Today it serves forty boats and a museum.
    assert:
      - { type: icontains, value: harbour }
`;

const ENV_EXAMPLE = `# Copy this file to .env and fill in the key of the provider you use. Keep .env out of version control.
# promptchain models list shows every provider and its variable.
OPENAI_API_KEY=
ANTHROPIC_API_KEY=
`;

/** False when the file exists. Never replaces one, not even one that appears at the same moment. */
async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    makeFolder(dirname(path));
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST' && existsSync(path)) return false;
    throw new UsageError(`cannot write ${path}: ${fileCause(cause)}`, { code: 'PC2102', cause });
  }
}

function nextSteps(dir: string): string {
  const enter = dir === '.' ? [] : [`  cd ${quoted(dir)}`];
  return [
    'Next:',
    ...enter,
    `  promptchain run ${CHAIN} --input "Some text of yours. It may have many sentences. This one is the third."`,
    `  promptchain validate ${CHAIN}`,
    `  promptchain test ${CHAIN}`,
    '  promptchain models detect',
  ].join('\n');
}

function quoted(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

function shownPath({ io }: Call, path: string): string {
  const short = relative(io.cwd, path);
  if (short === '') return '.';
  return short.startsWith('..') ? path : short;
}

async function tell({ err, globals }: Call, text: string): Promise<void> {
  if (!globals.quiet) await err.write(`${text}\n`);
}
