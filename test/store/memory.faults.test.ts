import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openMemory } from '../../src/store/memory.ts';
import { faultAtEachCall, SITUATIONS } from './memory-faults.ts';
import { firstLine, type Running, start } from './processes.ts';
import { cannotMount, onSmallDisk } from './small-disk.ts';
import { temporaryFolder } from './temporary.ts';

const KILLS = Number(process.env.PROMPTCHAIN_TEST_KILLS ?? 100);

test('20 processes, 50 increments each, on one key', async (t) => {
  const file = join(temporaryFolder(t), 'memory.jsonl');
  const writers = Array.from({ length: 20 }, () => start('increment', file, 50));
  const readers = [start('read', file, 500), start('read', file, 500)];
  for (const { finished } of [...writers, ...readers]) assert.deepEqual({ code: 0, stderr: '' }, pick(await finished));
  const { n } = await openMemory(file).read('default');
  t.diagnostic(`increments: 1000 acknowledged, ${n} kept, ${1000 - Number(n)} lost; 1000 reads beside them, 0 damaged`);
  assert.equal(n, 1000);
});

test(`kill -9 at ${KILLS} random moments of 2 writers, while a third goes on and a fourth reads`, async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'memory.jsonl');
  const reader = start('read', file, 1_000_000);
  let acknowledged = 0;
  let unacknowledgedButKept = 0;
  let longestMs = 0;
  for (let kill = 0; kill < KILLS; kill += 2) {
    const victims = [start('append', file, 1_000_000, 3000), start('append', file, 1_000_000, 30)];
    const survivor = start('append', file, 3, 300);
    await Promise.all(victims.map(firstLine));
    for (const { child } of victims) setTimeout(() => child.kill('SIGKILL'), Math.random() * 40);
    for (const victim of victims) {
      const { lines } = await victim.finished;
      const kept = await keptBy(file, victim);
      assert.ok(kept.last >= Number(lines.at(-1)), `acknowledged ${lines.at(-1)}, kept ${kept.last}`);
      // The list holds each number once, up to the last: nothing is doubled and nothing is half there.
      assert.deepEqual(kept.turns, Array.from({ length: kept.last + 1 }, (_, turn) => turn).slice(-50));
      acknowledged += lines.length;
      unacknowledgedButKept += kept.last + 1 - lines.length;
    }
    assert.deepEqual({ code: 0, stderr: '' }, pick(await survivor.finished));
    assert.equal((await keptBy(file, survivor)).last, 2);
    const beganMs = performance.now();
    await openMemory(file).commit('default', [{ op: 'increment', key: 'n', by: 1 }]);
    longestMs = Math.max(longestMs, performance.now() - beganMs);
    await openMemory(file).commit(
      'default',
      [victims, survivor].flat().flatMap(({ child: { pid } }) => [
        { op: 'remove', key: `log ${pid}` },
        { op: 'remove', key: `last ${pid}` },
      ]),
    );
  }
  reader.child.kill('SIGTERM');
  assert.equal((await reader.finished).stderr, '');
  const left = readdirSync(folder).filter((name) => name !== 'memory.jsonl');
  t.diagnostic(`${KILLS} kills: ${acknowledged} acknowledged, 0 lost, 0 doubled, ${unacknowledgedButKept} kept without a word`);
  t.diagnostic(`next write after a kill: at most ${Math.round(longestMs)} ms; cut-off lines set aside: ${left.length}`);
  assert.deepEqual(
    left.filter((name) => !name.includes('.torn-')),
    [],
  );
  assert.ok(longestMs < 3000);
});

for (const fault of ['SIGKILL', 'ENOSPC', 'EIO']) {
  for (const situation of Object.keys(SITUATIONS) as (keyof typeof SITUATIONS)[]) {
    test(`${fault} at each call that changes files, store: ${situation}`, async (t) => {
      const { calls, undone } = await faultAtEachCall(temporaryFolder(t), fault, situation);
      t.diagnostic(`${calls} calls: ${undone} times the old data, ${calls - undone} times the new, 0 damaged, 0 left behind`);
      assert.ok(undone > 0);
    });
  }
}

test('a disk that is really full', { skip: cannotMount() }, async (t) => {
  await onSmallDisk(temporaryFolder(t), async (disk) => {
    const memory = openMemory(join(disk, 'memory.jsonl'));
    let kept = 0;
    const fill = async () => {
      for (;;) {
        await memory.commit('default', [{ op: 'append', key: 'log', value: String(kept).padEnd(10_000) }]);
        kept += 1;
      }
    };
    await assert.rejects(fill(), { code: 'PC8004', message: /the disk is full$/ });
    assert.equal(((await memory.read('default')).log as string[]).length, kept);
    assert.deepEqual(readdirSync(disk), ['memory.jsonl']);
    await memory.clear('default');
    await memory.commit('default', [{ op: 'set', key: 'k', value: 'room' }]);
    t.diagnostic(`${kept} commits before the disk was full, all kept; works again after a clear`);
    assert.deepEqual(await memory.read('default'), { k: 'room' });
  });
});

test('a store that cannot be written can still be read', { skip: cannotMount() }, async (t) => {
  await onSmallDisk(temporaryFolder(t), async (disk) => {
    const memory = openMemory(join(disk, 'memory.jsonl'));
    await memory.commit('default', [{ op: 'set', key: 'k', value: 1 }]);
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    await assert.rejects(memory.commit('default', [{ op: 'set', key: 'k', value: 2 }]), { code: 'PC8004', message: /read-only/ });
    assert.deepEqual(await memory.read('default'), { k: 1 });
  });
});

test('an append to a 20 MB store', async (t) => {
  const folder = temporaryFolder(t);
  const empty = join(folder, 'empty.jsonl');
  const large = join(folder, 'large.jsonl');
  const text = 'x'.repeat(1000);
  await openMemory(large).load({ default: { log: Array.from({ length: 20_000 }, () => text) } });
  const medianMs = async (file: string) => {
    const times: number[] = [];
    for (let turn = 0; turn < 9; turn++) {
      const beganMs = performance.now();
      await start('append', file, 1, 1000).finished;
      times.push(performance.now() - beganMs);
    }
    return times.sort((a, b) => a - b)[4] ?? 0;
  };
  const [emptyMs, largeMs] = [await medianMs(empty), await medianMs(large)];
  t.diagnostic(
    `whole process, median: ${emptyMs.toFixed(0)} ms on an empty store, ${largeMs.toFixed(0)} ms on ${statSync(large).size} bytes`,
  );
});

function pick({ code, stderr }: { readonly code: number | null; readonly stderr: string }) {
  return { code, stderr };
}

async function keptBy(
  file: string,
  { child: { pid } }: Running,
): Promise<{ readonly last: number; readonly turns: readonly number[] }> {
  const values = await openMemory(file).read('default');
  const log = (values[`log ${pid}`] ?? []) as { readonly turn: number }[];
  return { last: Number(values[`last ${pid}`]), turns: log.map(({ turn }) => turn) };
}
