import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openJournal, readRun } from '../../src/store/journal.ts';
import { cannotMount, onSmallDisk } from './small-disk.ts';
import { temporaryFolder } from './temporary.ts';

test('a disk that fills up while a run goes: what is in the journal is whole lines', { skip: cannotMount() }, async (t) => {
  await onSmallDisk(temporaryFolder(t), async (disk) => {
    const journal = openJournal(disk, 'run1');
    const chain = { name: 'demo', file: '/demo.yaml', sha256: 'ab' };
    journal.append({ v: 1, seq: 0, ts: '', run_id: 'run1', type: 'run.started', chain, steps: 1 });
    let appended = 1;
    for (; journal.failed === undefined; appended++) {
      const message = 'ab'.repeat(2000);
      journal.append({ v: 1, seq: appended, ts: '', run_id: 'run1', type: 'warning', code: 'PC8010', message });
    }
    await journal.close();
    assert.match(String(journal.failed?.message), /cannot write the run journal .*run1\.jsonl: the disk is full$/);
    assert.ok(readFileSync(journal.file, 'utf8').endsWith('\n'));
    const { events, unreadable } = readRun(disk, 'run1');
    t.diagnostic(`${appended} events, ${events.length} kept before the disk was full, ${unreadable.length} damaged`);
    assert.deepEqual([events.length, unreadable], [appended - 1, []]);
  });
});
