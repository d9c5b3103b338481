import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { historyOf } from '../../src/engineer/history.ts';
import { uniform } from '../../src/lib/counted-random.ts';
import { packageDir } from '../package/package-dir.ts';

const dir = mkdtempSync(join(tmpdir(), 'promptchain-killed-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const straight = record('straight', []);

for (let trial = 0; trial < 20; trial += 1) {
  test(`an optimisation that is killed and taken up again comes to the same end (${trial + 1} of 20)`, () => {
    const first = Math.floor(uniform(trial, 1) * straight.length);
    const second = Math.floor(uniform(trial, 2) * (straight.length - first));
    const killed = record(`killed-${trial}`, [first, second]);
    assert.deepEqual(historyOf(killed), historyOf(straight), `killed after ${first} events, and again after ${second}`);
  });
}

/** The record of a run that dies after so many events each time, and then ends. */
function record(name: string, deaths: readonly number[]) {
  const file = join(dir, `${name}.jsonl`);
  const program = join(packageDir, 'build/test/engineer/killed-run.js');
  for (const events of deaths) {
    const { signal, stderr } = spawnSync(process.execPath, [program, file, String(events)], { encoding: 'utf8' });
    assert.equal(signal, 'SIGKILL', stderr);
  }
  const { status, stderr } = spawnSync(process.execPath, [program, file], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
