import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type MergeBranch, merge } from '../../src/lib/merge.ts';

const NEVER = new AbortController().signal;

/** Waits until aborted, then tells it. */
async function* waiting(signal: AbortSignal, log: string[]): AsyncGenerator<string, string> {
  try {
    await new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    return 'never';
  } catch (error) {
    yield 'last words';
    throw error;
  } finally {
    log.push('closed');
  }
}

test('results keep the order of the branches, values keep the order within each branch', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.boolean(), { maxLength: 5 }), { maxLength: 8 }),
      fc.integer({ min: 1, max: 4 }),
      async (plans, concurrency) => {
        let running = 0;
        let most = 0;
        const branches = plans.map(
          (plan, branch): MergeBranch<{ branch: number; step: number }, number> =>
            async function* () {
              most = Math.max(most, ++running);
              for (const [step, waits] of plan.entries()) {
                if (waits) await new Promise((resolve) => setImmediate(resolve));
                yield { branch, step };
              }
              running -= 1;
              return branch;
            },
        );
        const seen = new Map<number, number[]>();
        const generator = merge(branches, { concurrency, signal: NEVER });
        let next = await generator.next();
        while (!next.done) {
          seen.set(next.value.branch, [...(seen.get(next.value.branch) ?? []), next.value.step]);
          next = await generator.next();
        }
        assert.deepEqual(next.value, [...plans.keys()]);
        for (const [branch, plan] of plans.entries()) assert.deepEqual(seen.get(branch) ?? [], [...plan.keys()]);
        assert.ok(most <= concurrency, `${most} branches ran at once`);
      },
    ),
  );
});

test('a failure aborts a branch that waits, hears its last words, and is thrown after it has ended', async () => {
  const log: string[] = [];
  const heard: string[] = [];
  const generator = merge<string, string>(
    [
      (signal) => waiting(signal, log),
      async function* () {
        yield 'going to fail';
        throw new Error('the first failure');
      },
    ],
    { concurrency: 2, signal: NEVER },
  );
  await assert.rejects(async () => {
    for await (const value of generator) heard.push(value);
  }, /the first failure/);
  assert.deepEqual(heard, ['going to fail', 'last words']);
  assert.deepEqual(log, ['closed']);
});

test('a consumer that leaves closes every branch, also one that waits', async () => {
  const log: string[] = [];
  const generator = merge<string, string>(
    [
      (signal) => waiting(signal, log),
      async function* () {
        yield 'enough';
        return '';
      },
    ],
    { concurrency: 2, signal: NEVER },
  );
  for await (const value of generator) {
    assert.equal(value, 'enough');
    break;
  }
  assert.deepEqual(log, ['closed']);
});

test('after a failure no further branch starts', async () => {
  let started = 0;
  const branch = (fails: boolean): MergeBranch<string, string> =>
    async function* () {
      started += 1;
      yield 'one';
      if (fails) throw new Error('no');
      return '';
    };
  const generator = merge([branch(true), branch(false), branch(false)], { concurrency: 1, signal: NEVER });
  await assert.rejects(async () => {
    for await (const _ of generator);
  }, /no/);
  assert.equal(started, 1);
});

test('aborting from outside ends everything with the reason given', async () => {
  const log: string[] = [];
  const abort = new AbortController();
  const generator = merge<string, string>([(signal) => waiting(signal, log), (signal) => waiting(signal, log)], {
    concurrency: 2,
    signal: abort.signal,
  });
  setImmediate(() => abort.abort(new Error('stop now')));
  await assert.rejects(async () => {
    for await (const _ of generator);
  }, /stop now/);
  assert.deepEqual(log, ['closed', 'closed']);
});
