import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openSandbox } from '../sandbox.ts';

const rows = Array.from({ length: 24 }, (_, index) => ({ id: `r${index}`, input: 'x', expected: index < 20 ? 'b x' : 'a x' }));
const FILES = {
  'a.yaml': 'model: echo/x\nsteps:\n  - "a {input}"\n',
  'b.yaml': 'model: echo/x\nsteps:\n  - "b {input}"\n',
  'rows.jsonl': rows.map((row) => JSON.stringify(row)).join('\n'),
};

describe('promptchain engineer compare', () => {
  it('says that the second is better beyond chance, with the rows that changed', async () => {
    using sandbox = openSandbox(FILES);
    const { code, stdout } = await sandbox.run(['engineer', 'compare', 'a.yaml', 'b.yaml', '--data', 'rows.jsonl']);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^the second is better: \+0\.667 \[\+0\.\d+, \+\d\.\d+\] on 24 rows, p = 0\.\d+\nmean {6}0\.167 → 0\.833\n/,
    );
    assert.match(stdout, /^worse {5}r20, r21, r22, r23$/m);
  });

  it('exits with 5 when it is worse or the same', async () => {
    using sandbox = openSandbox(FILES);
    const run = (first: string, second: string) =>
      sandbox.run(['engineer', 'compare', first, second, '--data', 'rows.jsonl', '--json']);
    const worse = await run('b.yaml', 'a.yaml');
    assert.deepEqual([worse.code, JSON.parse(worse.stdout).verdict], [5, 'worse']);
    const same = await run('a.yaml', 'a.yaml');
    assert.deepEqual([same.code, JSON.parse(same.stdout).verdict], [5, 'no significant gain']);
  });
});
