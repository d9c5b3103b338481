import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Check, checkChain } from '../../src/chain/check.ts';
import type { LoadOptions } from '../../src/chain/options.ts';
import type { Chain } from '../../src/core/chain.ts';
import type { Problem } from '../../src/core/problem.ts';
import { KINDS } from '../../src/steps/index.ts';
import { stepOptions } from '../../src/steps/options.ts';

/** The checkout: the folder with `prompts/` and `package.json`. */
export const PACKAGE_DIR = fileURLToPath(new URL('../../..', import.meta.url));

export const BASE: LoadOptions = { kinds: KINDS, stepOptions, env: {}, packageDir: PACKAGE_DIR, cwd: tmpdir() };

/** Checks a text as if it came from stdin. */
export function check(text: string, options: Partial<LoadOptions> = {}): Check {
  return checkChain('<stdin>', { ...BASE, ...options, text });
}

/** The problems of a text, each as `code line:column message`. */
export function told(text: string, options: Partial<LoadOptions> = {}): string[] {
  return check(text, options).problems.map(line);
}

export function line({ code, position, message }: Problem): string {
  return `${code} ${position.line}:${position.column} ${message}`;
}

/** The chain of a text that has no errors. */
export function chainOf(text: string, options: Partial<LoadOptions> = {}): Chain {
  return whole(check(text, options));
}

export function whole({ chain, problems }: Check): Chain {
  if (chain === undefined) throw new Error(`the chain has errors:\n${problems.map(line).join('\n')}`);
  return chain;
}

/** A folder with these files, gone after the test. */
export function folder(test: TestContext, files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'chain-'));
  test.after(() => rmSync(dir, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

export function checkFile(dir: string, name: string, options: Partial<LoadOptions> = {}): Check {
  return checkChain(join(dir, name), { ...BASE, cwd: dir, ...options });
}
