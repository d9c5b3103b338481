import assert from 'node:assert/strict';
import type { OptimizeEvent } from '../../src/engineer/events.ts';
import { historyOf } from '../../src/engineer/history.ts';
import { familyOf } from './family.ts';
import { caching, losingTokens, mapped, outOfOrder, PLACEHOLDER, unreliable, watched, withPlaceholder } from './obstacles.ts';
import { playOf } from './ports.ts';
import { candidatesOf, optimizeIn, type WorldRun } from './run.ts';

/** What holds for every optimisation. Each throws when it does not. */

/** The record of a run, as a file would give it back. */
export async function recordOf(run: WorldRun): Promise<OptimizeEvent[]> {
  const record: OptimizeEvent[] = [];
  for await (const event of optimizeIn(playOf(familyOf(run.family), run.seed), run))
    record.push(JSON.parse(JSON.stringify(event)));
  return record;
}

/** A run that is cut off anywhere, and taken up again, comes to the same end. */
export async function resumesExactly(run: WorldRun, cuts: readonly number[]): Promise<void> {
  const straight = await recordOf({ ...run, through: outOfOrder });
  for (const cut of cuts) {
    const record = straight.slice(0, Math.floor(cut * straight.length));
    const rest = await recordOf({ ...run, through: outOfOrder, record });
    assert.deepEqual(
      historyOf([...record, ...rest]),
      historyOf(straight),
      `cut after ${record.length} of ${straight.length} events`,
    );
  }
}

export async function ignoresConcurrency(run: WorldRun): Promise<void> {
  const [one, ...others] = await Promise.all(
    [1, 4, 32].map((concurrency) => recordOf({ ...run, concurrency, through: outOfOrder })),
  );
  for (const other of others) assert.deepEqual(historyOf(other), historyOf(one ?? []));
}

export async function costsNothingAgain(run: WorldRun): Promise<void> {
  const cache = caching();
  const first = historyOf(await recordOf({ ...run, through: cache.through }));
  const calls = cache.calls();
  const second = historyOf(await recordOf({ ...run, through: cache.through }));
  assert.equal(cache.calls(), calls);
  assert.deepEqual({ ...second, calls: first.calls, costUsd: first.costUsd }, first);
}

/** A provider that fails pauses the run; nothing is scored by it, and the run comes to the same end. */
export async function survivesErrors(run: WorldRun, share: number): Promise<number> {
  const straight = await recordOf(run);
  const through = unreliable(share);
  const record: OptimizeEvent[] = [];
  for (let failures = 0; ; failures += 1) {
    assert.ok(failures < straight.length, 'the run goes on after a failure');
    try {
      const play = playOf(familyOf(run.family), run.seed);
      for await (const event of optimizeIn(play, { ...run, through, record: [...record] })) record.push(event);
      assert.deepEqual(historyOf(record), historyOf(straight));
      return failures;
    } catch (error) {
      if (!(error instanceof Error) || error.message !== 'the provider is overloaded') throw error;
    }
  }
}

/** No candidate without its placeholder, whatever the model does; gives how many answers were refused. */
export async function keepsPlaceholders(run: WorldRun): Promise<number> {
  const play = playOf(familyOf(run.family), run.seed);
  const texts = mapped(play.task.texts, withPlaceholder);
  const record: OptimizeEvent[] = [];
  const stream = optimizeIn({ ...play, task: { ...play.task, texts } }, { ...run, through: losingTokens });
  for await (const event of stream) record.push(event);
  const candidates = candidatesOf(record);
  assert.ok(candidates.length > 1, 'something was learnt');
  for (const candidate of candidates) {
    for (const text of Object.values(candidate.texts)) assert.equal(text.split(PLACEHOLDER).length, 2, text);
  }
  return historyOf(record).refused.length;
}

/** Nothing of a row to choose or to test by is told to the optimiser model; gives how many questions were read. */
export async function tellsOnlyTrain(run: WorldRun): Promise<number> {
  const { task } = playOf(familyOf(run.family), run.seed);
  const hidden = [...task.val, ...task.test].flatMap(({ id, vars }) => [id, String(vars['order'])]);
  let questions = 0;
  const look = ({ prompt }: { readonly prompt: string }) => {
    questions += 1;
    const found = hidden.find((text) => prompt.includes(text));
    assert.equal(found, undefined, `${found} is in a question`);
  };
  await recordOf({ ...run, through: watched(look) });
  return questions;
}
