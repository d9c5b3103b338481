import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, linkSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openMemory } from '../../src/store/memory.ts';
import { ownIdentity } from '../../src/store/process-identity.ts';
import { firstLine, start, startOnFat } from './processes.ts';
import { temporaryFolder } from './temporary.ts';

test('8 processes increment one key, a reader beside them: none is lost, nothing looks damaged, no file is left', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'memory.jsonl');
  const writers = Array.from({ length: 8 }, () => start('increment', file, 25));
  const reader = start('read', file, 200);
  for (const { finished } of writers) assert.deepEqual(await finished, { code: 0, signal: null, lines: [], stderr: '' });
  const { code, lines, stderr } = await reader.finished;
  assert.deepEqual({ code, stderr, lines: lines.length }, { code: 0, stderr: '', lines: 200 });
  assert.deepEqual(
    lines.map(Number),
    lines.map(Number).sort((a, b) => a - b),
  );
  assert.deepEqual(await openMemory(file).read('default'), { n: 200 });
  assert.deepEqual(readdirSync(folder), ['memory.jsonl']);
});

test('where the file system has neither links nor modes the lock still holds', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'memory.jsonl');
  const writers = Array.from({ length: 4 }, () => startOnFat('increment', file, 15));
  for (const { finished } of writers) assert.deepEqual(await finished, { code: 0, signal: null, lines: [], stderr: '' });
  assert.deepEqual(await openMemory(file).read('default'), { n: 60 });
  assert.deepEqual(readdirSync(folder), ['memory.jsonl']);
});

test('commits of one process at the same time are all kept', async (t) => {
  const file = join(temporaryFolder(t), 'memory.jsonl');
  const stores = [openMemory(file), openMemory(file)];
  const commits = Array.from({ length: 40 }, (_, turn) =>
    stores[turn % 2]?.commit('default', [{ op: 'append', key: 'l', value: turn }]),
  );
  await Promise.all(commits);
  const { l } = await openMemory(file).read('default');
  assert.deepEqual(new Set(l as number[]), new Set(Array.from({ length: 40 }, (_, turn) => turn)));
});

test('a writer killed in the middle blocks nobody, and what it acknowledged is there', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'memory.jsonl');
  for (let kill = 0; kill < 5; kill++) {
    const writer = start('append', file, 1_000_000, 2000);
    await firstLine(writer);
    writer.child.kill('SIGKILL');
    const { lines } = await writer.finished;
    const contents = await openMemory(file).read('default');
    assert.ok(Number(contents[`last ${writer.child.pid}`]) >= Number(lines.at(-1)));
    await openMemory(file).commit('default', [{ op: 'increment', key: 'n', by: 1 }]);
  }
  assert.equal((await openMemory(file).read('default')).n, 5);
  assert.deepEqual(
    readdirSync(folder).filter((name) => !name.includes('.torn-')),
    ['memory.jsonl'],
  );
});

test('the lock of a process that has died is taken, and only once by many who want it', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'memory.jsonl');
  const child = spawn(process.execPath, ['-e', '']);
  const dead = { ...ownIdentity(), pid: child.pid, started: '1', nonce: 'abc' };
  await once(child, 'exit');
  writeFileSync(`${file}.lock`, JSON.stringify(dead));
  writeFileSync(`${file}.lock.${child.pid}.abd`, JSON.stringify({ ...dead, nonce: 'abd' }));
  // It died before it had written who it is.
  writeFileSync(`${file}.lock.${child.pid}.abe`, '');
  // The burial was begun by another that died too.
  linkSync(`${file}.lock.${child.pid}.abd`, `${file}.lock.dead-abc`);
  const writers = Array.from({ length: 6 }, () => start('increment', file, 5));
  for (const { finished } of writers) assert.equal((await finished).code, 0);
  assert.deepEqual(await openMemory(file).read('default'), { n: 30 });
  assert.deepEqual(readdirSync(folder), ['memory.jsonl']);
});

test('a lock of an earlier boot, or of a pid that was given away again, is a dead one', async (t) => {
  const file = join(temporaryFolder(t), 'memory.jsonl');
  const own = ownIdentity();
  const others =
    own.boot === ''
      ? []
      : [
          { ...own, boot: 'earlier', nonce: 'a1' },
          { ...own, started: '1', nonce: 'a2' },
        ];
  for (const other of others) {
    writeFileSync(`${file}.lock`, JSON.stringify(other));
    await openMemory(file).commit('default', [{ op: 'increment', key: 'n', by: 1 }]);
  }
  assert.equal((await openMemory(file).read('default')).n ?? 0, others.length);
});

test('the lock of a live process, or of another machine, is never taken: the holder is named', async (t) => {
  const file = join(temporaryFolder(t), 'memory.jsonl');
  const memory = openMemory(file, { patienceMs: 50 });
  for (const holder of [ownIdentity(), { ...ownIdentity(), machine: 'elsewhere 1234' }]) {
    writeFileSync(`${file}.lock`, JSON.stringify(holder));
    await assert.rejects(memory.commit('default', [{ op: 'set', key: 'k', value: 1 }]), {
      code: 'PC8005',
      message: new RegExp(`process ${process.pid} on ${holder.machine.split(' ')[0]}`),
    });
    assert.equal(existsSync(`${file}.lock`), true);
    assert.deepEqual(await memory.read('default'), {});
  }
});
