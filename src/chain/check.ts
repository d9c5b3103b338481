import { createHash } from 'node:crypto';
import { basename, dirname, extname, resolve } from 'node:path';
import type { Chain } from '../core/chain.ts';
import type { Problem } from '../core/problem.ts';
import type { Step } from '../core/step.ts';
import { once } from '../lib/once.ts';
import { partsOf } from '../lib/step-parts.ts';
import { bindChain } from './chain-file.ts';
import { resolveLinks } from './files.ts';
import type { Loading, LoadOptions } from './options.ts';
import { readBytes } from './read-bytes.ts';
import { readTree } from './read-tree.ts';
import type { Report } from './report.ts';
import { createReport, sortProblems, TooManyProblems } from './report.ts';
import type { Place } from './source.ts';
import { createSource } from './source.ts';

/** A chain, when it has no errors, and everything there is to say about it. */
export interface Check {
  readonly chain?: Chain;
  /** Sorted by file and position, warnings among them. */
  readonly problems: Problem[];
  /** File to text, for code frames. */
  readonly sources: Map<string, string>;
}

/**
 * Reads and checks a chain file, and every prompt, technique and chain file it names. Nothing is run and nothing is sent.
 * Never throws for what a file holds: that is a problem, and each problem has a position.
 */
export function checkChain(file: string, options: LoadOptions): Check {
  const isStdin = options.text !== undefined && file === '<stdin>';
  const { cwd } = options;
  const path = isStdin ? file : resolve(cwd, file);
  const dir = isStdin ? cwd : dirname(path);
  const loading: Loading = {
    options,
    problems: [],
    sources: new Map(),
    warnings: [],
    root: resolveLinks(dir) ?? dir,
    chains: new Map(),
  };
  const chain = readAll(loading, { path, dir, text: options.text, includedBy: [] });
  const strict = (problem: Problem): Problem => (options.strict === true ? { ...problem, severity: 'error' } : problem);
  const problems = sortProblems(loading.problems.map(strict), [...loading.sources.keys()]);
  loading.warnings.push(...problems);
  const isValid = problems.every((problem) => problem.severity !== 'error');
  return {
    ...(chain !== undefined && isValid ? { chain } : {}),
    problems,
    sources: loading.sources,
  };
}

function readAll(loading: Loading, file: ChainFile): Chain | undefined {
  try {
    return readChain(loading, file);
  } catch (error) {
    if (error instanceof TooManyProblems) return undefined;
    throw error;
  }
}

interface ChainFile {
  readonly path: string;
  readonly dir: string;
  readonly text?: string | undefined;
  /** Real paths of the chains around this one, the outermost first. */
  readonly includedBy: readonly string[];
  /** Where the chain around this one names it. */
  readonly named?: { readonly report: Report; readonly at: Place };
}

/** The deepest a chain may be inside other chains. */
const MAX_NESTING = 8;

function readChain(loading: Loading, file: ChainFile): Chain | undefined {
  const bytes = bytesOf(loading, file);
  if (bytes === undefined) return undefined;
  const read = readTree(bytes, (text) => reportOn(loading, file.path, text));
  if (read === undefined) return undefined;
  const { tree, report } = read;
  const chain = bindChain(loading, {
    report,
    tree,
    file: file.path,
    dir: file.dir,
    name: file.path === '<stdin>' ? 'stdin' : basename(file.path, extname(file.path)),
    sha256: once(() => createHash('sha256').update(bytes).digest('hex')),
    isTop: file.includedBy.length === 0,
    include: (path, at) => include(loading, { report, at, path, from: file }),
  });
  for (const tell of tree.braced.values()) tell();
  return chain;
}

/** A chain named by another: read once however often it is named, never inside itself, never deeper than eight. */
function include(
  loading: Loading,
  { report, at, path, from }: { report: Report; at: Place; path: string; from: ChainFile },
): Chain | undefined {
  const around = [...from.includedBy, resolveLinks(from.path) ?? from.path];
  if (around.includes(path)) {
    const names = [...around.slice(around.indexOf(path)), path].map((each) => basename(each));
    report.add(at, { code: 'PC1313', message: `the chain includes itself: ${names.join(' > ')}` });
    return undefined;
  }
  const known = loading.chains.get(path);
  const height = known?.height ?? 1;
  if (around.length + height > MAX_NESTING) {
    report.add(at, { code: 'PC1313', message: `chains are nested deeper than ${MAX_NESTING} levels` });
    return undefined;
  }
  if (known !== undefined) return known.chain;
  const entry: { chain?: Chain; height: number } = { height: 1 };
  loading.chains.set(path, entry);
  const chain = readChain(loading, { path, dir: dirname(path), includedBy: around, named: { report, at } });
  if (chain !== undefined) entry.chain = chain;
  entry.height = 1 + heightOf(loading, chain === undefined ? [] : [...chain.steps, ...chain.finally]);
  return chain;
}

function heightOf(loading: Loading, steps: readonly Step[]): number {
  let height = 0;
  for (const step of steps) {
    const { chain } = step.body;
    const called = chain === undefined ? 0 : (loading.chains.get(chain.file)?.height ?? 0);
    const inside = partsOf(step).flatMap((part) => part.steps);
    height = Math.max(height, called, heightOf(loading, inside));
  }
  return height;
}

function bytesOf(loading: Loading, { path, text, named }: ChainFile): Uint8Array | undefined {
  if (text !== undefined) return Buffer.from(text);
  const read = readBytes(path);
  if ('bytes' in read) return read.bytes;
  const help = read.why === 'it is a named pipe' ? 'give what it holds on stdin, with - as the name of the chain' : undefined;
  const message = `the chain file ${basename(path)} cannot be read: ${read.why}`;
  const { report, at } = named ?? { report: reportOn(loading, path, ''), at: { start: 0, end: 1 } };
  report.add(at, { code: 'PC1001', message, help: named === undefined ? help : undefined });
  return undefined;
}

function reportOn(loading: Loading, path: string, text: string): Report {
  loading.sources.set(path, text);
  return createReport(createSource(path, text), loading.problems);
}
