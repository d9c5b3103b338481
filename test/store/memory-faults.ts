import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openMemory } from '../../src/store/memory.ts';
import { ownIdentity } from '../../src/store/process-identity.ts';
import { startWithFault } from './processes.ts';

/** States of a store in which a commit takes different ways through its files. */
export const SITUATIONS = {
  none: async () => undefined,
  small: (file: string) => openMemory(file).commit('default', BEFORE),
  full: async (file: string) => {
    for (let turn = 0; turn < 3; turn++) {
      await openMemory(file).commit('default', [{ op: 'set', key: 'k', value: 'x'.repeat(9000) }]);
    }
    await openMemory(file).commit('default', BEFORE);
  },
  torn: async (file: string) => {
    await openMemory(file).commit('default', BEFORE);
    appendFileSync(file, '{"crc":"cut');
    writeFileSync(`${file}.lock`, JSON.stringify({ ...ownIdentity(), boot: 'earlier', started: '1', nonce: 'dead' }));
  },
} as const;

const BEFORE = [
  { op: 'append', key: 'log', value: 'old' },
  { op: 'set', key: 'k', value: 'old' },
] as const;

/**
 * Lets one commit meet the fault at its first call that changes files, another at its second and so on. After each: the old
 * data or the new, whole; nothing acknowledged is missing; the next commit works, and what was left behind is gone. Returns
 * the number of calls, and in how many the commit did not take place.
 */
export async function faultAtEachCall(folder: string, fault: string, situation: keyof typeof SITUATIONS) {
  for (let nth = 1, undone = 0; ; nth++) {
    const dir = join(folder, String(nth));
    const file = join(dir, 'memory.jsonl');
    mkdirSync(dir);
    await SITUATIONS[situation](file);
    const { log: logBefore = [], ...before } = await openMemory(file).read('default');
    const { code, lines, stderr } = await startWithFault(fault, nth, 'change', file, 1, 3).finished;

    const { log = [], ...after } = await openMemory(file).read('default');
    const isNew = after.k === 'new';
    assert.deepEqual(after, isNew ? { k: 'new' } : before, `call ${nth}`);
    assert.deepEqual(log, isNew ? [...(logBefore as string[]), 'new'] : logBefore, `call ${nth}`);
    if (lines[0] === 'done') assert.ok(isNew, `call ${nth}: acknowledged but not there`);
    if (code === 1)
      assert.match(lines[0] ?? '', /^PC8004 cannot write the memory store .*: the disk (is full|reported an I\/O error)$/);
    if (!isNew) undone += 1;

    await openMemory(file, { patienceMs: 3000 }).commit('default', [{ op: 'set', key: 'k', value: 'next' }]);
    assert.equal((await openMemory(file).read('default')).k, 'next', `call ${nth}`);
    const left = readdirSync(dir).filter((name) => !name.includes('.torn-'));
    assert.deepEqual(left, ['memory.jsonl'], `call ${nth}`);
    if (stderr === 'no such call\n') return { calls: nth - 1, undone };
    assert.equal(stderr, '', `call ${nth}`);
  }
}
