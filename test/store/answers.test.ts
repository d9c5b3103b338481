import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openAnswers } from '../../src/store/answers.ts';

const root = mkdtempSync(join(tmpdir(), 'promptchain-answers-'));
after(() => rmSync(root, { recursive: true, force: true }));

const KEYS = ['a0', 'b1', 'c2', 'd3'].map((start) => start.repeat(32));
const HOUR_MS = 3_600_000;

describe('the store of answers', () => {
  it('gives up the longest unused when it holds too much, and what a killed process left', () => {
    let now = 1_000 * HOUR_MS;
    const dir = join(root, 'bounded');
    const store = openAnswers(dir, () => now);
    const answer = ['x'.repeat(1000)];
    for (const key of KEYS) {
      store.write(key, answer);
      const file = join(dir, key.slice(0, 2), `${key}.json`);
      utimesSync(file, now / 1000, now / 1000);
      now += HOUR_MS;
    }
    const litter = join(dir, 'a0', 'half.json.1.tmp');
    writeFileSync(litter, 'half');
    utimesSync(litter, 1, 1);
    assert.deepEqual(store.read(KEYS[0] ?? '', undefined), answer, 'used now, so it is the newest');
    store.prune(2500);
    assert.deepEqual(
      KEYS.map((key) => store.read(key, undefined) !== undefined),
      [true, false, false, true],
    );
    assert.deepEqual(readdirSync(join(dir, 'a0')), [`${KEYS[0]}.json`]);
  });

  it('an age counts from when the answer was given, not from its last use', () => {
    let now = 1_000 * HOUR_MS;
    const store = openAnswers(join(root, 'aged'), () => now);
    const [key = ''] = KEYS;
    store.write(key, 'answer');
    now += HOUR_MS;
    assert.equal(store.read(key, 2 * HOUR_MS), 'answer');
    now += 1.5 * HOUR_MS;
    assert.equal(store.read(key, 2 * HOUR_MS), undefined);
    assert.equal(store.read(key, undefined), 'answer');
  });
});
