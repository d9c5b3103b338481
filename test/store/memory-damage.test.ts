import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { openMemory } from '../../src/store/memory.ts';
import { temporaryFolder } from './temporary.ts';

test('only a missing file is an empty store: anything else that is no store is refused and left as it is', async (t) => {
  for (const text of ['', '[]', 'null', '{}\n', '{"default":{"k":1}}\n', '\0'.repeat(4096), 'PK\x03\x04']) {
    const { file, memory } = await damagedStore(t, () => Buffer.from(text));
    await assert.rejects(memory.read('default'), { name: 'StoreError', code: 'PC8001', message: /damaged at byte 0 \(line 1\)/ });
    await assert.rejects(memory.commit('default', [{ op: 'set', key: 'k', value: 1 }]), { code: 'PC8001' });
    await assert.rejects(memory.clear(), { code: 'PC8001' });
    assert.equal(readFileSync(file, 'latin1'), Buffer.from(text).toString('latin1'));
  }
});

test('a changed byte anywhere is found by readers and writers, with the line it is in', async (t) => {
  const { file, memory } = await damagedStore(t, (bytes) => bytes);
  const good = readFileSync(file);
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 2), fc.integer({ min: 1, max: 255 }), async (byte, flip) => {
      const bad = Buffer.from(good);
      bad[byte] = (bad[byte] ?? 0) ^ flip;
      writeFileSync(file, bad);
      const start = good.lastIndexOf(10, byte - 1) + 1;
      // A line feed put into a line, or taken away after it, moves the damage to the line that then ends.
      const exact = bad[byte] !== 10 && good[byte] !== 10;
      const expected = exact ? new RegExp(`damaged at byte ${byte === 0 ? 0 : start} `) : /damaged at byte \d+ /;
      await assert.rejects(memory.read('default'), { code: 'PC8001', message: expected });
      await assert.rejects(memory.commit('default', [{ op: 'set', key: 'k', value: 1 }]), { code: 'PC8001', message: expected });
      assert.deepEqual(readFileSync(file), bad);
    }),
    { numRuns: Number(process.env.PROMPTCHAIN_TEST_RUNS ?? 60) },
  );
});

test('a whole line that is gone is found too', async (t) => {
  const { memory } = await damagedStore(t, (bytes) => {
    const lines = bytes.toString().split('\n');
    return Buffer.from([...lines.slice(0, 2), ...lines.slice(3)].join('\n'));
  });
  await assert.rejects(memory.read('default'), { code: 'PC8001', message: /line 3\): lines before that one are missing/ });
});

test('a cut-off last line is ignored with a warning, and set aside by the next write', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'memory.jsonl');
  const warnings: string[] = [];
  const memory = openMemory(file, { warn: (message) => warnings.push(message) });
  await memory.commit('default', [{ op: 'set', key: 'a', value: 1 }]);
  const end = readFileSync(file).length;
  await memory.commit('default', [{ op: 'set', key: 'b', value: 'cut off' }]);
  truncateSync(file, readFileSync(file).length - 3);
  const torn = readFileSync(file).subarray(end);
  assert.deepEqual(await memory.read('default'), { a: 1 });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', new RegExp(`the ${torn.length} bytes after byte ${end} are ignored`));
  await memory.commit('default', [{ op: 'set', key: 'c', value: 3 }]);
  assert.deepEqual(await memory.read('default'), { a: 1, c: 3 });
  const [aside = ''] = readdirSync(folder).filter((name) => name.includes('.torn-'));
  assert.deepEqual(readFileSync(join(folder, aside)), torn);
  assert.equal(warnings.length, 1);
});

test('repair keeps what is intact, says what is lost, and keeps the file as it was found', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'memory.jsonl');
  const memory = openMemory(file);
  for (const key of ['a', 'b', 'c']) await memory.commit('default', [{ op: 'set', key, value: key.repeat(10) }]);
  appendFileSync(file, '{"crc":"torn');
  const bad = Buffer.from(readFileSync(file).toString().replace('bbbb', 'bBbb'));
  writeFileSync(file, bad);
  const { aside = '', lost, keys } = await memory.repair();
  assert.equal(keys, 2);
  assert.deepEqual(
    lost.map(({ line }) => line),
    [3, 5],
  );
  assert.deepEqual(readFileSync(aside), bad);
  assert.deepEqual(await memory.read('default'), { a: 'a'.repeat(10), c: 'c'.repeat(10) });
  assert.deepEqual(await memory.repair(), { keys: 2, lost: [] });
});

test('repair of what is no store at all keeps it beside an empty one', async (t) => {
  const { memory } = await damagedStore(t, () => Buffer.from('[1, 2]'));
  const { aside = '', keys } = await memory.repair();
  assert.deepEqual({ text: readFileSync(aside, 'utf8'), keys }, { text: '[1, 2]', keys: 0 });
  await memory.commit('default', [{ op: 'set', key: 'k', value: 1 }]);
  assert.deepEqual(await memory.read('default'), { k: 1 });
});

test('a store of a newer format is refused, also by repair', async (t) => {
  const { memory } = await damagedStore(t, () =>
    Buffer.from('{"crc":"31917327","sum":"00000000","store":"promptchain-memory","version":2}\n'),
  );
  await assert.rejects(memory.read('default'), { code: 'PC8002', message: /format 2/ });
  await assert.rejects(memory.repair(), { code: 'PC8002' });
});

/** A store of five commits whose bytes are then changed. */
async function damagedStore(t: TestContext, change: (bytes: Buffer) => Buffer) {
  const file = join(temporaryFolder(t), 'memory.jsonl');
  const memory = openMemory(file);
  for (let turn = 0; turn < 5; turn++) await memory.commit('default', [{ op: 'append', key: 'list', value: `entry ${turn}` }]);
  writeFileSync(file, change(readFileSync(file)));
  return { file, memory };
}
