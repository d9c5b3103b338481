import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { bundledCommand } from './bundle.ts';
import { packageDir } from './package-dir.ts';
import { node } from './spawn.ts';

const bin = bundledCommand();
const homes: string[] = [];
let home = '';

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'promptchain-cache-'));
  homes.push(home);
});
after(() => Promise.all(homes.map((folder) => rm(folder, { recursive: true, force: true }))));

test('compiled code is kept for the user alone and used again', async () => {
  const first = await wrongCommand();
  const [file] = await kept();
  assert.ok(file, 'the first run keeps compiled code');
  for (let path = file; path !== home; path = join(path, '..')) {
    assert.equal((await stat(path)).mode & 0o777, path === file ? 0o600 : 0o700, path);
  }
  const before = await stat(file);
  assert.deepEqual(await wrongCommand(), first);
  assert.equal((await stat(file)).mtimeMs, before.mtimeMs, 'the second run takes what the first one kept');
});

test('what another command compiles is added, once', async () => {
  await wrongCommand();
  const [file = ''] = await kept();
  const before = await stat(file);
  assert.equal((await node([bin, 'help', 'exit-codes'], inHome())).code, 0);
  const grown = await stat(file);
  assert.ok(grown.size > before.size, `${grown.size} bytes after ${before.size}`);
  for (const args of [['nosuch'], ['help', 'exit-codes']]) {
    await node([bin, ...args], inHome());
    assert.equal((await stat(file)).mtimeMs, grown.mtimeMs, args.join(' '));
  }
});

test('help and version leave nothing on the disk', async () => {
  for (const option of ['--help', '--version']) assert.equal((await node([bin, option], inHome())).code, 0);
  assert.deepEqual(await readdir(home), []);
});

test('a damaged file is compiled anew, whatever the damage', async () => {
  const expected = await wrongCommand();
  const [file = ''] = await kept();
  const whole = await readFile(file);
  const flipped = Buffer.from(whole);
  flipped[40] = (flipped[40] ?? 0) ^ 0x40;
  for (const damaged of [
    Buffer.alloc(0),
    whole.subarray(1),
    whole.subarray(0, whole.length / 2),
    flipped,
    Buffer.alloc(whole.length),
  ]) {
    await writeFile(file, damaged);
    assert.deepEqual(await wrongCommand(), expected);
    const mended = await readFile(file);
    assert.ok(mended.subarray(0, mended.length / 2).equals(mended.subarray(mended.length / 2)));
  }
});

test('a folder that others can write is neither read nor written', async () => {
  const expected = await wrongCommand();
  const [file = ''] = await kept();
  await writeFile(file, 'planted');
  await chmod(join(file, '..'), 0o777);
  assert.deepEqual(await wrongCommand(), expected);
  assert.equal(await readFile(file, 'utf8'), 'planted');
});

test('without a place to keep it everything works', async () => {
  const expected = await wrongCommand();
  const file = join(home, 'file');
  await writeFile(file, '');
  for (const env of [{}, { HOME: file }, { HOME: '/dev/null' }, { HOME: home, PROMPTCHAIN_HOME: 'relative' }]) {
    assert.deepEqual(await node([bin, 'nosuch'], { cwd: home, env }), expected);
  }
});

test('it can be switched off, and has its place under PROMPTCHAIN_HOME', async () => {
  await node([bin, 'nosuch'], inHome({ NODE_DISABLE_COMPILE_CACHE: '1' }));
  assert.deepEqual(await readdir(home), []);
  await node([bin, 'nosuch'], inHome({ PROMPTCHAIN_HOME: join(home, 'own') }));
  assert.deepEqual(await readdir(home), ['own']);
});

test('what was last built runs: an old bundle is never taken for newer source', async () => {
  const copy = join(home, 'copy');
  const stub = (name: string) => `exports.main = () => console.log(${JSON.stringify(name)});`;
  await mkdir(join(copy, 'bin'), { recursive: true });
  for (const name of ['promptchain.js', 'code-cache.js', 'package.json'])
    await writeFile(join(copy, 'bin', name), await readFile(join(packageDir, 'bin', name)));
  await mkdir(join(copy, 'dist/cli'), { recursive: true });
  await writeFile(join(copy, 'dist/cli/main.cjs'), stub('bundle'));
  const start = async () => (await node([join(copy, 'bin/promptchain.js')], inHome())).stdout.trim();
  assert.equal(await start(), 'bundle');

  await mkdir(join(copy, 'build/src/cli'), { recursive: true });
  await writeFile(join(copy, 'build/src/cli/main.js'), stub('compiled'));
  await writeFile(join(copy, 'build/.tsbuildinfo'), '');
  assert.equal(await start(), 'compiled');
  await writeFile(join(copy, 'dist/cli/main.cjs'), stub('bundle'));
  assert.equal(await start(), 'bundle');
});

/** A command that loads the parser of the command line, and ends with what cannot depend on the cache. */
function wrongCommand() {
  return node([bin, 'nosuch'], inHome());
}

function inHome(env: NodeJS.ProcessEnv = {}) {
  return { cwd: home, env: { HOME: home, ...env } };
}

async function kept(): Promise<string[]> {
  const found = await readdir(home, { recursive: true, withFileTypes: true });
  const data = found.filter((entry) => entry.isFile() && entry.name.endsWith('.cjs'));
  return data.map((entry) => join(entry.parentPath, entry.name));
}
