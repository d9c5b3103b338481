import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Chain } from '../../core/chain.ts';
import { Failure } from '../../core/errors.ts';
import { displayPath } from '../../terminal/frame.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { ask } from '../ask.ts';
import type { Call } from '../command.ts';
import { contentOf, realFile } from './content.ts';
import { addTrusted, isInFolder, readTrusted, trustFile } from './store.ts';
import { type Runnable, whatRuns } from './what-runs.ts';
import { listing } from './words.ts';

/**
 * Lets a chain go on that runs nothing, or is trusted: by its content, by its folder, because it came with the program, or
 * because the user's environment trusts everything. Otherwise shows what it would run and asks; throws when nobody agrees.
 */
export async function requireTrust(call: Call, chain: Chain, { trust, also = [] }: TrustOptions): Promise<void> {
  const { runnables, file, content, isTrusted } = judge(call, chain, also);
  if (isTrusted) return;
  const agreed = trust ? 'chain' : await askFor(call, chain, runnables);
  addTrusted(trustFile(call.paths), agreed === 'folder' ? { folder: dirname(file) } : { file, content });
}

/** Whether it would go on without a question: for what begins runs long after it loaded the chain, since files are read when they run. */
export function isTrustedNow(call: Call, chain: Chain): boolean {
  return judge(call, chain, []).isTrusted;
}

export interface TrustOptions {
  /** `--trust`. */
  readonly trust: boolean;
  /** What runs besides the chain, such as the JavaScript of its cases. */
  readonly also?: readonly Runnable[];
}

interface Judged {
  readonly runnables: readonly Runnable[];
  /** Of the chain, links followed. */
  readonly file: string;
  readonly content: string;
  readonly isTrusted: boolean;
}

/** The chain as it was loaded, and the files it runs as they are now. */
function judge(call: Call, chain: Chain, also: readonly Runnable[]): Judged {
  const runnables = [...whatRuns(chain), ...also];
  const file = realFile(chain);
  if (runnables.length === 0 || call.io.env.PROMPTCHAIN_TRUST === 'always') {
    return { runnables, file, content: '', isTrusted: true };
  }
  const content = contentOf(chain, runnables);
  return { runnables, file, content, isTrusted: isShipped(call, file) || isKept(call, file, content) };
}

/** The examples that come with the program. */
function isShipped({ io }: Call, file: string): boolean {
  return isInFolder(realOf(join(io.packageDir, 'chains')), file);
}

function isKept({ paths, settings, io }: Call, file: string, content: string): boolean {
  const folders = (settings.config.trusted ?? []).map((folder) => realOf(folder.replace(/^~(?=\/|$)/, io.env.HOME ?? '~')));
  return (
    folders.some((folder) => isInFolder(folder, file)) ||
    readTrusted(trustFile(paths)).some((entry) =>
      'folder' in entry ? isInFolder(entry.folder, file) : entry.file === file && entry.content === content,
    )
  );
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

async function askFor(call: Call, chain: Chain, runnables: readonly Runnable[]): Promise<'chain' | 'folder'> {
  const { io, interactive } = call;
  const name = sanitize(displayPath(chain.file, io.cwd));
  const list = listing(runnables, io.cwd);
  if (!interactive) throw needsTrust(name, list);
  await call.err.write(`${name} is not trusted yet, or has changed. It would run:\n${list}\n`);
  const isFile = chain.file !== '<stdin>';
  const folder = isFile ? `, f to trust every chain in ${sanitize(displayPath(chain.dir, io.cwd))}` : '';
  const answer = (await ask(io, `Run it, now and until it changes? [y/N${folder}] `)).trim();
  if (/^y(es)?$/i.test(answer)) return 'chain';
  if (isFile && /^f(older)?$/i.test(answer)) return 'folder';
  throw new Failure('the chain is not trusted: nothing was run', { code: 'PC7072', reason: 'denied' });
}

function needsTrust(name: string, list: string): Failure {
  const path = name === '<stdin>' ? undefined : name;
  return new Failure(`${name} is not trusted yet, or has changed, and nobody can be asked; it would run:\n${list}`, {
    code: 'PC7071',
    reason: 'needs_human',
    help: `if you trust it, add --trust${path === undefined ? '' : `, or once: promptchain trust ${path}`}; PROMPTCHAIN_TRUST=always trusts everything`,
  });
}
