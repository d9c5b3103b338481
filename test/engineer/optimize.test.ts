import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optimize } from '../../src/engineer/optimize.ts';
import { familyOf } from '../promptworld/family.ts';
import {
  costsNothingAgain,
  ignoresConcurrency,
  keepsPlaceholders,
  recordOf,
  resumesExactly,
  survivesErrors,
  tellsOnlyTrain,
} from '../promptworld/invariants.ts';
import { playOf } from '../promptworld/ports.ts';
import { optimizeIn, resultIn } from '../promptworld/run.ts';

const chain = { family: 'chain2b', seed: 3, rollouts: 250, test: 20 };

test('most of what can be gained is gained', async () => {
  const { gap, verdict } = await resultIn({ family: 'single', seed: 1, rollouts: 600, test: 100 });
  assert.ok(gap > 0.9, `${gap}`);
  assert.equal(verdict?.verdict, 'improved');
});

test('a run that is cut off and taken up again comes to the same end', () =>
  resumesExactly(chain, [0, 0.003, 0.1, 0.35, 0.62, 0.9, 1]));

test('the number of rollouts at a time changes nothing', () => ignoresConcurrency(chain));

test('what a cache has is not asked for again', () => costsNothingAgain(chain));

test('a provider that fails pauses the run and scores nothing', async () => {
  assert.ok((await survivesErrors(chain, 0.1)) > 5);
});

test('an answer without its placeholders never becomes a candidate', async () => {
  assert.ok((await keepsPlaceholders(chain)) > 5);
});

test('no question to the optimiser model has a row of validation or test', async () => {
  assert.ok((await tellsOnlyTrain(chain)) > 10);
});

test('a run that is asked to stop says so, and goes on later', async () => {
  const straight = await recordOf(chain);
  let left = 60;
  const stopping = () => (left-- > 0 ? undefined : 'interrupted');
  const first = await recordOf({ ...chain, stopping });
  assert.deepEqual(first.at(-1), { type: 'paused', reason: 'interrupted' });
  const rest = await recordOf({ ...chain, record: first });
  const decisions = (events: typeof straight) => events.filter(({ type }) => !['rollout', 'answer', 'paused'].includes(type));
  assert.deepEqual(decisions([...first, ...rest]), decisions(straight));
});

test('a record of other texts is refused', async () => {
  const record = await recordOf(chain);
  await assert.rejects(recordOf({ ...chain, seed: 4, record }), { code: 'PC8601' });
});

test('no budget is exceeded, of rollouts, calls or money', async () => {
  for (const seed of [0, 1, 2, 3, 4, 5]) {
    const { task, ports } = playOf(familyOf('chain3'), seed);
    const spent = { rollouts: 0, calls: 0, usd: 0 };
    const bounds = [
      { rollouts: 150 + 17 * seed },
      { rollouts: 10_000, calls: 500 + 31 * seed },
      { rollouts: 10_000, usd: 1 + seed / 7 },
    ];
    const budget = bounds[seed % 3] ?? { rollouts: 0 };
    const options = { concurrency: 8, signal: new AbortController().signal };
    const prices = { callsPerRollout: 3, usdPerRollout: 0.003, usdPerAnswer: 0.01 };
    for await (const event of optimize({ task: { ...task, test: [] }, ports, budget, prices, ...options })) {
      const paid = event.type === 'rollout' ? event.rollout : event.type === 'answer' ? event.answer : undefined;
      spent.rollouts += Number(event.type === 'rollout');
      spent.calls += paid?.calls ?? 0;
      spent.usd += paid?.costUsd ?? 0;
    }
    assert.ok(spent.rollouts <= budget.rollouts, `${spent.rollouts} of ${budget.rollouts} rollouts`);
    assert.ok(spent.calls <= (budget.calls ?? Number.POSITIVE_INFINITY), `${spent.calls} of ${budget.calls} calls`);
    assert.ok(spent.usd <= (budget.usd ?? Number.POSITIVE_INFINITY) + 1e-9, `${spent.usd} of ${budget.usd} dollars`);
  }
});

test('every algorithm keeps to its budget and to its texts', async () => {
  const { ALGORITHMS } = await import('../../src/engineer/optimize.ts');
  for (const algorithm of ALGORITHMS) {
    const { paid, spent } = await resultIn({ family: 'single', seed: 2, rollouts: 200, algorithm, answers: true });
    assert.ok(paid <= 200 && paid === spent, `${algorithm.name}: ${paid}, ${spent}`);
  }
});

test('first texts that leave nothing to learn end the run early', async () => {
  const { gain, spent } = await resultIn({ family: 'saturated', seed: 0, rollouts: 2400 });
  assert.ok(gain >= -0.02);
  assert.ok(spent < 600, `${spent}`);
});

test('every event survives being written down', async () => {
  for await (const event of optimizeIn(playOf(familyOf('single'), 0), { family: 'single', seed: 0, rollouts: 100, test: 5 }))
    assert.deepEqual(JSON.parse(JSON.stringify(event)), event);
});
