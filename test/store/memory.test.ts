import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../../src/core/json.ts';
import { applyChange, type MemoryChange } from '../../src/core/memory.ts';
import { openMemory } from '../../src/store/memory.ts';
import { temporaryFolder } from './temporary.ts';

test('a store that does not exist is empty, and reading creates nothing', async (t) => {
  const folder = temporaryFolder(t);
  const memory = openMemory(join(folder, 'a', 'memory.jsonl'));
  assert.deepEqual(await memory.read('default'), {});
  assert.deepEqual(await memory.contents(), {});
  assert.equal(await memory.clear(), 0);
  assert.equal(existsSync(join(folder, 'a', 'memory.jsonl')), false);
});

test('every kind of change does what core says, and another handle sees it', async (t) => {
  const file = join(temporaryFolder(t), 'memory.jsonl');
  const memory = openMemory(file);
  await memory.commit('default', [
    { op: 'set', key: 'text', value: 'one' },
    { op: 'append', key: 'list', value: 1 },
    { op: 'append', key: 'list', value: [2] },
    { op: 'merge', key: 'map', value: { a: 1 } },
    { op: 'increment', key: 'n', by: 2 },
  ]);
  await memory.commit('default', [
    { op: 'append', key: 'list', value: null, keep: 2 },
    { op: 'merge', key: 'map', value: { b: 2, a: 3 } },
    { op: 'increment', key: 'n', by: -5 },
    { op: 'remove', key: 'text' },
  ]);
  assert.deepEqual(await openMemory(file).read('default'), { list: [[2], null], map: { a: 3, b: 2 }, n: -3 });
});

test('a commit is all of its changes or none', async (t) => {
  const memory = openMemory(join(temporaryFolder(t), 'memory.jsonl'));
  await memory.commit('default', [{ op: 'set', key: 'text', value: 'one' }]);
  const changes: MemoryChange[] = [
    { op: 'set', key: 'other', value: 1 },
    { op: 'append', key: 'text', value: 2 },
  ];
  await assert.rejects(memory.commit('default', changes), { name: 'StoreError', code: 'PC8006', message: /"text" is a string/ });
  assert.deepEqual(await memory.read('default'), { text: 'one' });
  await assert.rejects(memory.commit('default', [{ op: 'increment', key: 'text', by: 1 }]), { code: 'PC8006' });
  await memory.commit('default', [{ op: 'set', key: 'n', value: 1e308 }]);
  await assert.rejects(memory.commit('default', [{ op: 'increment', key: 'n', by: 1e308 }]), { code: 'PC8006' });
});

test('handles that have read before see what others write, clear and write anew', async (t) => {
  const file = join(temporaryFolder(t), 'memory.jsonl');
  const [reader, writer] = [openMemory(file), openMemory(file)];
  const seen = async (): Promise<readonly Json[]> => [await reader.read('a'), await reader.read('b')];
  assert.deepEqual(await seen(), [{}, {}]);
  // What is told of "b" looks like a line about "a".
  await writer.commit('b', [{ op: 'set', key: 'k', value: ['a', 'k', 'set', 1] }]);
  assert.deepEqual(await seen(), [{}, { k: ['a', 'k', 'set', 1] }]);
  for (let turn = 1; turn <= 3; turn += 1) {
    await writer.commit('a', [{ op: 'append', key: 'list', value: turn }]);
    await reader.commit('b', [{ op: 'increment', key: 'n', by: 1 }]);
    const list = Array.from({ length: turn }, (_, index) => index + 1);
    assert.deepEqual(await seen(), [{ list }, { k: ['a', 'k', 'set', 1], n: turn }]);
  }
  await writer.clear('b');
  assert.deepEqual(await seen(), [{ list: [1, 2, 3] }, {}]);
  await Promise.all([1, 2].map((by) => writer.commit('b', [{ op: 'increment', key: 'n', by }])));
  await reader.commit('a', [{ op: 'append', key: 'list', value: 4, keep: 2 }]);
  assert.deepEqual(await seen(), [{ list: [3, 4] }, { n: 3 }]);
  assert.deepEqual(await openMemory(file).contents(), { a: { list: [3, 4] }, b: { n: 3 } });
});

test('any text comes back as it was, under any namespace and key, and no name becomes a file', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'memory.jsonl');
  const memory = openMemory(file);
  const names = [
    '',
    '..',
    '../../x',
    '/',
    'a\0b',
    '__proto__',
    'constructor',
    'CON',
    'k'.repeat(400),
    'e\u0301',
    '\u00e9',
    '"],"values":[',
  ];
  const texts = ['', '\n', 'a\r\nb', '🙂', '\u2028', '-x', '{"a":1}', 'null', '\ud800', '\ufeff', '[" ', 'y'.repeat(1_000_000)];
  for (const [index, name] of names.entries()) {
    await memory.commit(name, [
      { op: 'set', key: name, value: texts[index] ?? '' },
      { op: 'append', key: `${name}+`, value: name },
    ]);
  }
  const contents = await openMemory(file).contents();
  assert.deepEqual(Object.keys(contents), names);
  for (const [index, name] of names.entries()) {
    assert.deepEqual(Object.entries(contents[name] ?? {}), [
      [name, texts[index] ?? ''],
      [`${name}+`, [name]],
    ]);
    assert.deepEqual(Object.entries(await memory.read(name)), Object.entries(contents[name] ?? {}));
  }
  assert.deepEqual(readdirSync(folder), ['memory.jsonl']);
});

test('a store behaves as a plain map does, whatever is done to it', async (t) => {
  const folder = temporaryFolder(t);
  const key = fc.constantFrom('a', 'b', '__proto__');
  // Large values make the store compact itself in between.
  const value = fc.oneof(fc.jsonValue() as fc.Arbitrary<Json>, fc.constant('x'.repeat(7000)));
  const change = fc.oneof(
    fc.record({ op: fc.constant('set' as const), key, value }),
    fc.record({ op: fc.constant('append' as const), key, value }),
    fc.record({ op: fc.constant('append' as const), key, value, keep: fc.nat(3) }),
    fc.record({
      op: fc.constant('merge' as const),
      key,
      value: fc.dictionary(fc.string(), value) as fc.Arbitrary<{ [key: string]: Json }>,
    }),
    fc.record({ op: fc.constant('increment' as const), key, by: fc.integer() }),
    fc.record({ op: fc.constant('remove' as const), key }),
  );
  const commit = fc.record({ namespace: fc.constantFrom('n', 'm'), changes: fc.array(change, { maxLength: 4 }) });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(commit, { maxLength: 20 }), async (commits) => {
      const memory = openMemory(join(folder, `${run++}.jsonl`));
      const model = new Map<string, Map<string, Json>>();
      for (const { namespace, changes } of commits) {
        const after = new Map(model.get(namespace));
        let fits = true;
        for (const each of changes) fits &&= applied(after, each);
        if (fits) {
          await memory.commit(namespace, changes);
          model.set(namespace, after);
        } else {
          await assert.rejects(memory.commit(namespace, changes), { code: 'PC8006' });
        }
        const stored = new Map(Object.entries(await memory.read(namespace)));
        assert.deepEqual(stored, new Map([...(model.get(namespace) ?? [])].map(([name, json]) => [name, plain(json)])));
        const data = JSON.stringify(await memory.contents()).length;
        const bytes = statSync(memory.file, { throwIfNoEntry: false })?.size ?? 0;
        assert.ok(bytes <= 3 * data + 17_000, `${bytes} bytes for ${data} of data`);
      }
    }),
    { numRuns: Number(process.env.PROMPTCHAIN_TEST_RUNS ?? 60) },
  );
});

function applied(keys: Map<string, Json>, change: MemoryChange): boolean {
  try {
    const after = applyChange(keys.get(change.key), change);
    if (after === undefined) keys.delete(change.key);
    else keys.set(change.key, after);
    return true;
  } catch {
    return false;
  }
}

function plain(value: Json): Json {
  return JSON.parse(JSON.stringify(value));
}

test('max keeps the keys written last, and touching a key makes it young again', async (t) => {
  const memory = openMemory(join(temporaryFolder(t), 'memory.jsonl'));
  for (const key of ['a', 'b', 'c']) await memory.commit('default', [{ op: 'set', key, value: key }], { max: 3 });
  await memory.commit('default', [{ op: 'set', key: 'a', value: 'again' }], { max: 3 });
  await memory.commit('other', [{ op: 'set', key: 'x', value: 1 }]);
  await memory.commit('default', [{ op: 'set', key: 'd', value: 'd' }], { max: 3 });
  assert.deepEqual(await memory.read('default'), { c: 'c', a: 'again', d: 'd' });
  const three = ['x', 'y', 'z'].map((key) => ({ op: 'set' as const, key, value: 1 }));
  await memory.commit('default', three, { max: 2 });
  assert.deepEqual(await memory.contents(), { default: { y: 1, z: 1 }, other: { x: 1 } });
});

test('what is superseded does not pile up: the store stays within three times its data', async (t) => {
  const file = join(temporaryFolder(t), 'memory.jsonl');
  const memory = openMemory(file);
  let largest = 0;
  for (let turn = 0; turn < 60; turn++) {
    await memory.commit('default', [
      { op: 'set', key: 'page', value: String(turn).padEnd(20_000) },
      { op: 'append', key: 'log', value: 'x'.repeat(1000), keep: 20 },
    ]);
    largest = Math.max(largest, statSync(file).size);
  }
  const data = JSON.stringify(await memory.contents()).length;
  assert.ok(largest <= 3 * data, `${largest} bytes for ${data} of data`);
  await memory.commit('default', [
    { op: 'remove', key: 'page' },
    { op: 'remove', key: 'log' },
  ]);
  assert.ok(statSync(file).size < 20_000);
  assert.deepEqual(await memory.contents(), {});
});

test('clear leaves nothing of a namespace in the file; load sets, or replaces, whole namespaces', async (t) => {
  const file = join(temporaryFolder(t), 'memory.jsonl');
  const memory = openMemory(file);
  await memory.load({ a: { secret: 'hunter2', list: [1] }, b: { x: 1 } });
  await memory.load({ a: { list: [2], more: true } });
  await memory.commit('a', [{ op: 'append', key: 'list', value: 3 }]);
  assert.deepEqual(await memory.contents(), { a: { secret: 'hunter2', more: true, list: [2, 3] }, b: { x: 1 } });
  await memory.load({ b: { y: 2 } }, { replace: true });
  assert.equal(await memory.clear('a'), 3);
  assert.deepEqual(await memory.contents(), { b: { y: 2 } });
  assert.doesNotMatch(readFileSync(file, 'utf8'), /hunter2/);
  assert.equal(await memory.clear(), 1);
});

test('files are 0600 and folders 0700 under any umask', async (t) => {
  const folder = temporaryFolder(t);
  for (const umask of [0o000, 0o777]) {
    const before = process.umask(umask);
    t.after(() => process.umask(before));
    const top = join(folder, String(umask));
    const file = join(top, 'deep', 'memory.jsonl');
    const memory = openMemory(file);
    for (let turn = 0; turn < 3; turn++) await memory.commit('default', [{ op: 'set', key: 'k', value: 'x'.repeat(30_000) }]);
    for (const path of [top, join(top, 'deep')]) assert.equal(statSync(path).mode & 0o777, 0o700);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    process.umask(before);
  }
});

test('a store among files and folders of other programs leaves them alone', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'notes.1.ab'), 'not ours');
  const memory = openMemory(join(folder, 'memory.jsonl'));
  await memory.commit('default', [{ op: 'set', key: 'k', value: 1 }]);
  assert.deepEqual(await memory.read('default'), { k: 1 });
  assert.deepEqual(readdirSync(folder).sort(), ['memory.jsonl', 'notes.1.ab', 'src']);
});

test('a store behind a symbolic link is written where it is', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'real'));
  const real = openMemory(join(folder, 'real', 'store'));
  await real.commit('default', [{ op: 'set', key: 'k', value: 1 }]);
  symlinkSync(join(folder, 'real', 'store'), join(folder, 'link'));
  const linked = openMemory(join(folder, 'link'));
  await linked.load({ default: { k: 2 } });
  await linked.commit('default', [{ op: 'increment', key: 'k', by: 1 }]);
  assert.deepEqual(await real.read('default'), { k: 3 });
  assert.deepEqual(readdirSync(folder).sort(), ['link', 'real']);
});

test('a path that cannot hold a store is refused with the cause', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'file'), '');
  await assert.rejects(openMemory(folder).read('default'), { code: 'PC8003', message: /it is a folder/ });
  const below = openMemory(join(folder, 'file', 'memory.jsonl'));
  await assert.rejects(below.commit('default', [{ op: 'set', key: 'k', value: 1 }]), { code: 'PC8004' });
  await assert.rejects(below.read('default'), { code: 'PC8003', message: /not a folder/ });
});
