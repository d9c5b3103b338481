import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { rename, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import type { JsonObject } from '../../src/core/json.ts';
import { pathPattern } from '../../src/tools/path-pattern.ts';
import { builtIn, folderFor } from './toolbox.ts';

/** A chain's folder with files, and one outside of it with a file nobody may see. */
async function project(context: TestContext, files: Readonly<Record<string, string | Buffer>> = {}) {
  const base = folderFor(context);
  const [dir, outside] = [join(base, 'project'), join(base, 'outside')];
  mkdirSync(dir);
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret.txt'), 'SECRET');
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(dir, name, '..'), { recursive: true });
    writeFileSync(join(dir, name), content);
  }
  const use = async (tool: string, args: JsonObject) => (await builtIn(`files.${tool}`, { dir }))(args);
  return {
    dir,
    outside,
    read: (path: string, range: JsonObject = {}) => use('read', { path, ...range }),
    list: (args: JsonObject = {}) => use('list', args),
    search: (text: string, args: JsonObject = {}) => use('search', { text, ...args }),
    write: (path: string, content: string) => use('write', { path, content }),
  };
}

test('read gives the text as it is', async (context) => {
  const texts = { 'a.md': 'one\ntwo\n', 'empty.md': '', 'crlf.md': 'a\r\nb', 'deep/er/x.txt': 'ünï 🙂', 'bom.md': '\ufeffafter' };
  const { read, dir } = await project(context, texts);
  assert.deepEqual(await read('a.md'), {
    text: 'one\ntwo\n',
    data: { path: 'a.md', lines: 2, bytes: 8, cut: false },
    isError: false,
  });
  assert.equal((await read('empty.md')).text, '');
  assert.equal((await read('crlf.md')).text, 'a\r\nb');
  assert.equal((await read('./deep/../deep/er/x.txt')).text, 'ünï 🙂');
  assert.equal((await read(join(dir, 'a.md'))).text, 'one\ntwo\n');
  assert.equal((await read('bom.md')).text, 'after');
});

test('read gives a range of lines', async (context) => {
  const { read } = await project(context, { 'a.md': '1\n2\n3\n4\n' });
  const range = async (first_line: number, last_line?: number) =>
    (await read('a.md', last_line === undefined ? { first_line } : { first_line, last_line })).text;
  assert.equal(await range(2, 3), '2\n3');
  assert.equal(await range(3), '3\n4\n');
  assert.equal(await range(4, 4), '4');
  assert.equal(await range(4, 99), '4\n');
  assert.match(await range(5), /has 4 lines, so there is no line 5/);
});

test('a text that is too long is cut, and where to read on is told', async (context) => {
  const line = `${'x'.repeat(99)}\n`;
  const { read } = await project(context, { 'long.txt': line.repeat(2_000) });
  const { text, data } = await read('long.txt');
  assert.equal((data as JsonObject).cut, true);
  const next = Number(/first_line (\d+)/.exec(text)?.[1]);
  assert.equal(next, 1_001);
  assert.equal((await read('long.txt', { first_line: next, last_line: 2_000 })).text.length, 100_000 - 1);
});

test('what is no text file is told', async (context) => {
  const { read, dir } = await project(context, {
    'nul.bin': 'a\0b',
    'latin.txt': Buffer.from([0x61, 0xe9, 0x62]),
    'big.txt': '',
  });
  truncateSync(join(dir, 'big.txt'), 21 * 1024 * 1024);
  mkdirSync(join(dir, 'folder'));
  execFileSync('mkfifo', [join(dir, 'pipe')]);
  symlinkSync('/dev/zero', join(dir, 'zero'));
  for (const [path, words] of [
    ['nul.bin', /not UTF-8 text: a binary file of 3 bytes/],
    ['latin.txt', /not UTF-8 text/],
    ['big.txt', /22020096 bytes; the most that is read/],
    ['folder', /"folder" is not a file/],
    ['pipe', /"pipe" is not a file/],
    ['zero', /outside the folder/],
    ['nul.bni', /does not exist.*did you mean "nul\.bin"/],
    ['nul.bin/x', /not a folder/],
    [`${'n'.repeat(300)}`, /too long/],
  ] as const) {
    const { text, isError } = await read(path);
    assert.equal(isError, true, path);
    assert.match(text, words);
  }
});

test('a file without leave to read is told', { skip: process.getuid?.() === 0 }, async (context) => {
  const { read, dir } = await project(context, { 'closed.txt': 'x' });
  chmodSync(join(dir, 'closed.txt'), 0);
  assert.match((await read('closed.txt')).text, /permission denied/);
});

const OUT = [
  '../outside/secret.txt',
  'a/../../outside/secret.txt',
  './../outside/secret.txt',
  '/etc/passwd',
  'out/secret.txt',
  'leak.txt',
  'chain.txt',
  '..',
  '/',
  'a\0b',
];

test('nothing outside the folder is read, listed, searched or written', async (context) => {
  const { read, list, search, write, dir, outside } = await project(context, { 'a/inner.txt': 'inner SECRET-ish' });
  symlinkSync(outside, join(dir, 'out'));
  symlinkSync(join(outside, 'secret.txt'), join(dir, 'leak.txt'));
  symlinkSync('leak.txt', join(dir, 'chain.txt'));
  for (const path of [...OUT, join(outside, 'secret.txt')]) {
    for (const result of [await read(path), await list({ path }), await search('SECRET', { path }), await write(path, 'x')]) {
      assert.equal(result.isError, true, path);
      assert.ok(!result.text.includes('SECRET'), path);
    }
  }
  for (const path of ['out/new.txt', 'out/deep/new.txt', '../new.txt', '../outside/new.txt']) {
    assert.equal((await write(path, 'x')).isError, true, path);
  }
  assert.deepEqual(readdirSync(outside), ['secret.txt']);
  assert.equal(readFileSync(join(outside, 'secret.txt'), 'utf8'), 'SECRET');
  assert.deepEqual((await list({ pattern: '**' })).text, 'a/inner.txt');
  assert.equal((await search('SECRET')).text, 'a/inner.txt:1: inner SECRET-ish');
  assert.deepEqual((await list()).text.split('\n').sort(), ['a/', 'chain.txt@', 'leak.txt@', 'out@']);
});

test('links inside the folder are followed', async (context) => {
  const { read, write, dir } = await project(context, { 'a/inner.txt': 'inner' });
  symlinkSync('a', join(dir, 'b'));
  symlinkSync('a/inner.txt', join(dir, 'c.txt'));
  assert.equal((await read('b/inner.txt')).text, 'inner');
  assert.equal((await write('c.txt', 'changed')).text, 'wrote 7 bytes to a/inner.txt');
  assert.equal((await write('b/new.txt', 'new')).text, 'wrote 3 bytes to a/new.txt');
  assert.equal((await read('a/inner.txt')).text, 'changed');
  symlinkSync('nowhere', join(dir, 'dangling'));
  assert.match((await write('dangling', 'x')).text, /does not exist/);
});

test('a folder that is itself given through a link works', async (context) => {
  const { dir } = await project(context, { 'a.md': 'one' });
  symlinkSync(dir, `${dir}-link`);
  const read = await builtIn('files.read', { dir: `${dir}-link` });
  assert.equal((await read({ path: 'a.md' })).text, 'one');
  assert.equal((await read({ path: `${dir}-link/a.md` })).text, 'one');
});

test('.git, .env and node_modules are closed', async (context) => {
  const { read, write, list, search, dir } = await project(context, {
    '.env': 'KEY=hidden',
    '.env.local': 'KEY=hidden',
    '.env.example': 'KEY=shown',
    'sub/.ENV': 'KEY=hidden',
    '.git/config': 'hidden',
    'node_modules/a/index.js': 'hidden',
    'src/env.ts': 'shown',
  });
  symlinkSync('.env', join(dir, 'link'));
  symlinkSync('.git', join(dir, 'history'));
  for (const path of [
    '.env',
    '.env.local',
    'sub/.ENV',
    'sub/.env',
    '.git/config',
    '.GIT/config',
    'link',
    'history/config',
    'sub/../.env',
  ]) {
    const result = await read(path);
    assert.equal(result.isError, true, path);
    assert.ok(!result.text.includes('hidden'), path);
    assert.equal((await write(path, 'x')).isError, true, path);
  }
  for (const path of ['.git/hooks/pre-commit', '.env.production', 'history/hooks/x', 'node_modules/b.js', 'src/.git/x']) {
    assert.match((await write(path, 'x')).text, /may not be touched/, path);
  }
  assert.equal(existsSync(join(dir, 'src/.git')), false);
  assert.equal((await read('.env.example')).text, 'KEY=shown');
  assert.ok(!(await search('hidden')).text.includes('hidden'));
  assert.ok(!(await list({ pattern: '**' })).text.includes('node_modules'));
});

test('write makes folders, replaces whole files, keeps their mode and other names', async (context) => {
  const { write, dir } = await project(context, { 'run.sh': 'old' });
  chmodSync(join(dir, 'run.sh'), 0o750);
  linkSync(join(dir, 'run.sh'), join(dir, 'other'));
  assert.deepEqual(await write('run.sh', 'new ü'), {
    text: 'wrote 6 bytes to run.sh',
    data: { path: 'run.sh', bytes: 6 },
    isError: false,
  });
  assert.equal(statSync(join(dir, 'run.sh')).mode & 0o777, 0o750);
  assert.equal(readFileSync(join(dir, 'other'), 'utf8'), 'old');
  await write('a/b/c/new.txt', '');
  assert.equal(readFileSync(join(dir, 'a/b/c/new.txt'), 'utf8'), '');
  assert.deepEqual(readdirSync(dir).sort(), ['a', 'other', 'run.sh']);
});

test('write says why it cannot, and leaves nothing behind', async (context) => {
  const { write, dir } = await project(context, { 'file.txt': 'x' });
  mkdirSync(join(dir, 'folder'));
  for (const [path, words] of [
    ['folder', /not a file that can be written/],
    ['folder/', /not a file/],
    ['.', /not a file/],
    ['file.txt/below', /not a folder/],
    [`${'n'.repeat(300)}`, /too long/],
    ['a\0b', /outside/],
  ] as const) {
    const { text, isError } = await write(path, 'content');
    assert.equal(isError, true, path);
    assert.match(text, words);
  }
  assert.match((await write('big.txt', 'x'.repeat(1_000_001))).text, /do not fit/);
  assert.deepEqual(readdirSync(dir).sort(), ['file.txt', 'folder']);
});

test('writes that run together leave one of the texts, whole', async (context) => {
  const { write, dir } = await project(context);
  const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(50_000));
  const results = await Promise.all(texts.map((text) => write('deep/er/same.txt', text)));
  assert.ok(
    results.every(({ isError }) => !isError),
    results.find(({ isError }) => isError)?.text,
  );
  assert.ok(texts.includes(readFileSync(join(dir, 'deep/er/same.txt'), 'utf8')));
  assert.deepEqual(readdirSync(join(dir, 'deep/er')), ['same.txt']);
});

test('a folder that is swapped for a link meanwhile leads nowhere', async (context) => {
  const { read, write, list, dir, outside } = await project(context, { 'd/secret.txt': 'inside' });
  writeFileSync(join(outside, 'only-outside.txt'), '');
  let running = true;
  const [d, kept] = [join(dir, 'd'), join(dir, 'kept')];
  let made = 0;
  // A write that meets no folder makes one, which must get out of the way.
  const clear = () => {
    made += 1;
    return rename(d, join(dir, `made-${made}`)).catch(() => undefined);
  };
  const swapping = (async () => {
    while (running) {
      await rename(d, kept);
      await clear();
      await symlink(outside, d).catch(() => undefined);
      await unlink(d).catch(() => undefined);
      while ((await rename(kept, d).catch(() => 'again')) === 'again') await clear();
      for (let turns = made % 20; turns > 0; turns -= 1) await setImmediate();
    }
  })();
  const rounds = Number(process.env.PROMPTCHAIN_TEST_SWAPS ?? 100);
  for (let round = 0; round < rounds; round += 1) {
    const [text, , listed] = await Promise.all([read('d/secret.txt'), write('d/new.txt', 'x'), list({ path: 'd' })]);
    if (!text.isError) assert.equal(text.text, 'inside');
    else assert.ok(!text.text.includes('SECRET'));
    assert.ok(!listed.text.includes('only-outside'), listed.text);
  }
  running = false;
  await swapping;
  assert.deepEqual(readdirSync(outside).sort(), ['only-outside.txt', 'secret.txt']);
  assert.equal((await read('d/secret.txt')).text, 'inside');
});

test('list shows one folder, or files that fit a pattern from all below', async (context) => {
  const { list } = await project(context, { 'b.md': '', 'a.ts': '', 'src/c.ts': '', 'src/deep/d.ts': '', 'src/e.md': '' });
  assert.equal((await list()).text, 'a.ts\nb.md\nsrc/');
  assert.equal((await list({ path: 'src' })).text, 'src/c.ts\nsrc/deep/\nsrc/e.md');
  assert.equal((await list({ pattern: '*.ts' })).text, 'a.ts\nsrc/c.ts\nsrc/deep/d.ts');
  assert.equal((await list({ pattern: 'src/*.{ts,md}' })).text, 'src/c.ts\nsrc/e.md');
  assert.equal((await list({ path: 'src/deep', pattern: '*.ts' })).text, 'src/deep/d.ts');
  assert.equal((await list({ pattern: '*.py' })).text, 'nothing found');
  assert.match((await list({ path: 'scr' })).text, /did you mean "src"/);
  assert.match((await list({ path: 'a.ts' })).text, /"a\.ts" is not a folder/);
});

test('list stops at its bound and says so', async (context) => {
  const files = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`f${String(index).padStart(4, '0')}`, '']));
  const { list, dir } = await project(context, files);
  const { text, data } = await list();
  assert.match(text, /\nf0999\n\[cut here: 1000 paths are shown, there are more\]$/);
  assert.equal((data as JsonObject).cut, true);
  execFileSync('rm', [join(dir, 'f1000')]);
  assert.match((await list()).text, /\nf0999$/);
});

test('search finds lines by their text, not by expressions', async (context) => {
  const { search } = await project(context, {
    'a.md': 'one\nTwo (a+)+$\r\nthree',
    'src/b.ts': 'two (a+)+$',
    'bin.dat': 'two\0',
    'long.txt': `${'x'.repeat(1_000)}needle${'y'.repeat(1_000)}`,
  });
  assert.equal((await search('(a+)+$')).text, 'a.md:2: Two (a+)+$\nsrc/b.ts:1: two (a+)+$');
  assert.equal((await search('two', { pattern: '*.md', ignore_case: true })).text, 'a.md:2: Two (a+)+$');
  assert.equal((await search('two', { path: 'src' })).text, 'src/b.ts:1: two (a+)+$');
  assert.equal((await search('absent')).text, 'nothing found');
  const { text } = await search('needle');
  assert.match(text, /^long\.txt:1: …x+needley+…$/);
  assert.ok(text.length < 400);
  assert.match((await search('o', { limit: 1 })).text, /\[cut here: 1 lines are shown, there are more\]$/);
});

test('an aborted search ends with the reason', async (context) => {
  const { dir } = await project(context, { 'a.md': 'x' });
  const search = await builtIn('files.search', { dir });
  const reason = new Error('stop');
  await assert.rejects(search({ text: 'x' }, AbortSignal.abort(reason)), reason);
});

for (const [pattern, fits, fitsNot] of [
  ['*.md', ['a.md', 'deep/a.md'], ['a.mdx', 'a.md/b']],
  ['./*.md', ['a.md', 'deep/a.md'], []],
  ['src/*.ts', ['src/a.ts'], ['a.ts', 'src/deep/a.ts', 'x/src/a.ts']],
  ['src/**', ['src/a', 'src/b/c'], ['a', 'srcs/a']],
  ['**/test/*.ts', ['test/a.ts', 'x/y/test/a.ts'], ['test/x/a.ts']],
  ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['a/x', 'ab']],
  ['?.md', ['a.md', '🙂.md'], ['ab.md', '.md']],
  ['*.{ts,js}', ['a.ts', 'b.js'], ['a.tsjs', 'a.{ts,js}']],
  ['{a,b}/{c,d}', ['a/c', 'b/d'], ['c/a']],
  ['[a].md', ['[a].md'], ['a.md']],
  ['a{b', ['a{b'], ['ab']],
] as const) {
  test(`the pattern ${pattern}`, () => {
    for (const path of fits) assert.equal(pathPattern(pattern)(path), true, path);
    for (const path of fitsNot) assert.equal(pathPattern(pattern)(path), false, path);
  });
}

test('patterns agree with regular expressions made from them', () => {
  const piece = fc.constantFrom('a', 'b', '*', '?', '/', '**/', '.');
  const path = fc.array(fc.constantFrom('a', 'b', '.', '/', 'ab'), { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), path, (pieces, name) => {
      const pattern = `x/${pieces.join('')}`;
      fc.pre(!/\*\*(?!\/)|[^/]\*\*|\/\//.test(pattern) && !name.includes('//') && !pattern.endsWith('/'));
      const source = pattern
        .replace(/[.]/g, '\\.')
        .replaceAll('**/', '\u0001')
        .replaceAll('*', '[^/]*')
        .replaceAll('?', '[^/]')
        .replaceAll('\u0001', '(?:[^/]*/)*');
      assert.equal(pathPattern(pattern)(`x/${name}`), new RegExp(`^${source}$`).test(`x/${name}`), `${pattern} ${name}`);
    }),
  );
});

test('no pattern takes long', () => {
  const hostile = [`${'*a'.repeat(240)}b`, `${'**/a/'.repeat(99)}b`, '{a,b}'.repeat(99), '{'.repeat(500)];
  for (const pattern of hostile) assert.equal(pathPattern(pattern)('a/'.repeat(1_000).slice(0, -1)), false);
});
