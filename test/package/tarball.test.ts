import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { packageDir } from './package-dir.ts';
import { node, run } from './spawn.ts';

const MEBIBYTE = 1024 * 1024;

let work = '';
let files: readonly string[] = [];
let bytes = 0;

/** The tarball, unpacked where no `node_modules` is in sight, then moved to where a program would find it. */
before(async () => {
  work = await realpath(await mkdtemp(join(tmpdir(), 'promptchain-tarball-')));
  const packed = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work], inWork(packageDir));
  const [report] = JSON.parse(packed.stdout) as [{ filename: string; size: number; files: { path: string }[] }];
  files = report.files.map(({ path }) => path);
  bytes = report.size;
  assert.equal((await run('tar', ['-xzf', join(work, report.filename), '-C', work], inWork())).code, 0);
});
after(() => rm(work, { recursive: true, force: true }));

test('the tarball holds what is declared and nothing else', async () => {
  const declared =
    /^(?:bin\/[a-z-]+\.js(?:on)?|dist\/cli\/[\w-]+\.cjs|dist\/cli\/THIRD_PARTY_LICENSES\.txt|dist\/lib\/[\w/-]+(?:\.d\.ts|\.js)|dist\/page\/(?:index\.html|THIRD_PARTY_LICENSES\.txt|(?:main|page|icon)-[\w-]+\.(?:js|css|svg))|dist\/prices\/[a-z-]+\.json|prompts\/[\w/-]+\.md|schema\/[\w.-]+\.json|package\.json|README\.md|LICENSE)$/;
  assert.deepEqual(
    files.filter((file) => !declared.test(file)),
    [],
  );
  for (const needed of [
    'bin/promptchain.js',
    'dist/cli/main.cjs',
    'dist/lib/index.js',
    'dist/lib/index.d.ts',
    'dist/page/index.html',
    'LICENSE',
  ]) {
    assert.ok(files.includes(needed), needed);
  }
  assert.ok(bytes < 5 * MEBIBYTE, `${bytes} bytes`);
});

test('the bundle is ASCII, as its loader reads it', async () => {
  for (const file of files.filter((path) => path.endsWith('.cjs'))) {
    assert.doesNotMatch(await readFile(join(work, 'package', file), 'latin1'), /[^\0-\x7f]/, file);
  }
});

test('nothing of ours runs when it is installed', async () => {
  const { scripts } = JSON.parse(await readFile(join(work, 'package/package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  for (const name of ['preinstall', 'install', 'postinstall']) assert.ok(!(name in scripts), name);
});

test('the command works without any package beside it, from another folder', async () => {
  const { version } = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')) as { version: string };
  const ended = await node([join(work, 'package/bin/promptchain.js'), '--version'], inWork(tmpdir()));
  assert.deepEqual(ended, { code: 0, stdout: `${version}\n`, stderr: '' });
  const wrong = await node([join(work, 'package/bin/promptchain.js'), 'nosuch'], inWork(tmpdir()));
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /"nosuch" is not a command/);
  const elsewhere = join(work, 'elsewhere');
  await mkdir(elsewhere);
  await writeFile(
    join(elsewhere, 'two.yaml'),
    'model: echo/x\nsteps:\n  - "a {input}"\n  - prompt: "b {input}"\n    techniques: [step_by_step]\n',
  );
  const ran = await node([join(work, 'package/bin/promptchain.js'), 'run', 'two.yaml', '--input', 'x'], inWork(elsewhere));
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stdout, /b a x/);
});

test('the licence of every bundled package is shipped', async () => {
  const shipped = await readFile(join(work, 'package/dist/cli/THIRD_PARTY_LICENSES.txt'), 'utf8');
  const bundled = new Set<string>();
  for (const name of await readdir(join(work, 'package/dist/cli'))) {
    const text = await readFile(join(work, 'package/dist/cli', name), 'utf8');
    for (const [, found = ''] of text.matchAll(/node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//g)) bundled.add(found);
  }
  assert.ok(bundled.has('commander'));
  for (const name of bundled) assert.match(shipped, new RegExp(`^${name.replaceAll('.', '\\.')} \\d`, 'm'));
});

test('a program can import the library, and its types hold', async () => {
  const modules = join(work, 'node_modules');
  await mkdir(modules);
  for (const name of await readdir(join(packageDir, 'node_modules'))) {
    if (!name.startsWith('.')) await symlink(join(packageDir, 'node_modules', name), join(modules, name));
  }
  await rename(join(work, 'package'), join(modules, 'promptchain'));
  await writeFile(join(work, 'two.yaml'), 'model: echo/x\nsteps:\n  - "a {input}"\n  - "b {input}"\n');
  await writeFile(
    join(work, 'use.mjs'),
    `import { loadChain, runChain } from 'promptchain';
const types = [];
const run = runChain(loadChain('two.yaml'), { input: 'x' });
for (let next = await run.next(); ; next = await run.next()) {
  if (next.done) console.log(JSON.stringify({ types, output: next.value.output }));
  if (next.done) break;
  types.push(next.value.type);
}\n`,
  );
  const ran = await node(['use.mjs'], inWork());
  assert.equal(ran.stderr, '');
  const { types, output } = JSON.parse(ran.stdout) as { types: string[]; output: string };
  assert.equal(output, 'b a x');
  assert.deepEqual([types[0], types.at(-1)], ['run.started', 'run.completed']);

  await writeFile(
    join(work, 'use.mts'),
    `import { ChainError, type Chain, type Event, loadChain, type RunResult, runChain } from 'promptchain';
export const status = (result: RunResult): 'success' | 'failed' | 'not_met' | 'limited' | 'blocked' | 'interrupted' => result.status;
export const chain: Chain = loadChain('two.yaml', { model: { default: 'echo/x' } });
export const run: AsyncGenerator<Event, RunResult> = runChain(chain, { input: 'x', inputs: { n: 1 } });
export const problems = new ChainError([], new Map()).problems.length;\n`,
  );
  const options = ['--ignoreConfig', '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
  const checked = await node([join(packageDir, 'node_modules/typescript/bin/tsc'), ...options, 'use.mts'], inWork());
  assert.equal(checked.stdout, '');
  assert.equal(checked.code, 0);
});

function inWork(cwd = work) {
  return { cwd, env: { HOME: work } };
}
