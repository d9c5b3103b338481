import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openSandbox } from '../cli/sandbox.ts';
import { packageDir } from '../package/package-dir.ts';

/** What promptfoo said, recorded by `record.mjs` in that folder. */
interface Recorded {
  readonly promptfoo: string;
  readonly recorded: Readonly<Record<string, readonly Verdict[]>>;
}

interface Verdict {
  readonly description: string;
  readonly pass: boolean;
  readonly score: number;
  readonly metrics: Readonly<Record<string, number>>;
}

const folder = join(packageDir, 'test/fixtures/promptfoo');
const { promptfoo, recorded }: Recorded = JSON.parse(readFileSync(join(folder, 'recorded.json'), 'utf8'));

const sandbox = openSandbox();
after(() => sandbox[Symbol.dispose]());

describe(`promptchain test says what promptfoo ${promptfoo} says`, () => {
  for (const [file, verdicts] of Object.entries(recorded)) {
    it(`${file}: ${verdicts.length} cases`, async () => {
      const args = ['test', join(folder, 'chain.yaml'), '--data', join(folder, file), '--json'];
      const { stdout, stderr, code } = await sandbox.run(args);
      assert.notEqual(stdout, '', stderr);
      const found = (JSON.parse(stdout) as { cases: Found[] }).cases.map(verdictOf);
      assert.deepEqual(
        found,
        verdicts.map(({ description, pass, score, metrics }) => ({
          description,
          pass,
          score: rounded(score),
          metrics: each(metrics),
        })),
      );
      assert.equal(code, 5, stderr);
    });
  }
});

interface Found {
  readonly description?: string;
  readonly runs: readonly Omit<Verdict, 'description'>[];
}

function verdictOf({ description = '', runs: [run] }: Found): Verdict {
  assert.ok(run !== undefined, description);
  return { description, pass: run.pass, score: rounded(run.score), metrics: each(run.metrics) };
}

function each(metrics: Verdict['metrics']): Verdict['metrics'] {
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, rounded(value)]));
}

/** Sums in another order end in other bits. */
function rounded(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}
