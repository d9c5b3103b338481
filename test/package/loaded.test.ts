import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { bundledCommand } from './bundle.ts';
import { packageDir } from './package-dir.ts';
import { node } from './spawn.ts';

/** What each command line loads of other people's code: the cost of its start. */
const LOADED: readonly (readonly [args: readonly string[], packages: readonly string[]])[] = [
  [['--version'], []],
  [['--help'], []],
  [[], []],
  [['nosuch'], ['commander']],
  [['help', 'exit-codes'], ['commander']],
  [
    ['help', 'events'],
    ['commander', 'zod'],
  ],
  [
    ['validate', 'three.yaml'],
    ['commander', 'yaml', 'zod'],
  ],
  [['schema'], ['commander', 'zod']],
  [['models', 'list'], ['commander']],
  [
    ['prompts', 'list'],
    ['commander', 'yaml', 'zod'],
  ],
];

let home = '';
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'promptchain-loaded-'));
  await writeFile(join(home, 'three.yaml'), 'model: echo/x\nsteps:\n  - "a {input}"\n  - "b {input}"\n  - "c {input}"\n');
});
after(() => rm(home, { recursive: true, force: true }));

for (const [args, packages] of LOADED) {
  test(`promptchain ${args.join(' ')} loads ${packages.join(', ') || 'no package'}`, async () => {
    assert.deepEqual(await packagesOf(args), packages);
  });
}

/** The packages with code in the files of the bundle that were read; the bundler names the source of each part. */
async function packagesOf(args: readonly string[]): Promise<string[]> {
  const record = join(home, 'record');
  await rm(record, { force: true });
  const preload = join(packageDir, 'test/fixtures/package/record-chunks.cjs');
  const env = { HOME: home, RECORD: record };
  await node(['--require', preload, bundledCommand(), ...args], { cwd: home, env });
  const found = new Set<string>();
  for (const file of (await readFile(record, 'utf8')).trim().split('\n')) {
    for (const [, name = ''] of (await readFile(file, 'utf8')).matchAll(/^\/\/ .*node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//gm))
      found.add(name);
  }
  return [...found].sort();
}
