import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadChain } from '../../chain/load.ts';
import { UsageError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import { jsonLine } from '../../terminal/json.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import type { Call, Command } from '../command.ts';
import { loadOptions } from '../load-options.ts';
import { contentOf, realFile } from '../trust/content.ts';
import { addTrusted, pathOf, readTrusted, trustFile } from '../trust/store.ts';
import { whatRuns } from '../trust/what-runs.ts';
import { listing } from '../trust/words.ts';

export const trust: Command = {
  examples: [
    { command: 'promptchain trust chain.yaml', note: 'let this chain run its commands, functions and servers, until it changes' },
    { command: 'promptchain trust ~/chains', note: 'the same for every chain in a folder, changed or not' },
    { command: 'promptchain trust', note: 'what is trusted' },
    { command: 'promptchain trust --forget ~/chains', note: 'ask again' },
  ],
  configure(parser) {
    parser
      .argument('[paths...]', 'chain files and folders; without any, what is trusted is listed')
      .option('--forget', 'trust these no longer')
      .option('--json', 'print the list as JSON');
  },
  async run(call) {
    const { args, options } = call;
    if (args.length === 0 && options.forget === true) {
      throw new UsageError('--forget needs the files or folders to forget', { help: 'promptchain trust lists them' });
    }
    if (args.length === 0) await list(call);
    else for (const path of args) await (options.forget === true ? forget(call, path) : add(call, path));
    return EXIT.ok;
  },
};

async function list({ paths, options, out }: Call): Promise<void> {
  const trusted = readTrusted(trustFile(paths));
  if (options.json === true) await out.write(`${jsonLine(trusted)}\n`);
  else for (const entry of trusted) await out.write(`${sanitize(pathOf(entry))}${'folder' in entry ? '/' : ''}\n`);
}

async function add(call: Call, path: string): Promise<void> {
  const { io, paths, err, globals } = call;
  const absolute = resolve(io.cwd, path);
  const store = trustFile(paths);
  if (statSync(absolute, { throwIfNoEntry: false })?.isDirectory() === true) {
    addTrusted(store, { folder: realpathSync(absolute) });
    return;
  }
  const chain = loadChain(absolute, loadOptions(call));
  const runnables = whatRuns(chain);
  addTrusted(store, { file: realFile(chain), content: contentOf(chain, runnables) });
  if (globals.quiet) return;
  await err.write(runnables.length === 0 ? `${path} runs nothing of its own\n` : `trusted:\n${listing(runnables, io.cwd)}\n`);
}

/** Also what is no longer there can be forgotten. */
async function forget({ io, paths }: Call, path: string): Promise<void> {
  const absolute = resolve(io.cwd, path);
  const store = trustFile(paths);
  const known = readTrusted(store).map(pathOf);
  const found = [absolute, realFile({ file: absolute })].filter((each) => known.includes(each));
  if (found.length === 0) throw new UsageError(`"${path}" is not trusted`, { help: 'promptchain trust lists what is' });
  for (const each of new Set(found)) addTrusted(store, { forget: each });
}
