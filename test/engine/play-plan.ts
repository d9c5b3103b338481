import { Interrupted } from '../../src/core/errors.ts';
import type { Event } from '../../src/core/event.ts';
import type { RunResult } from '../../src/core/run.ts';
import { runChain } from '../../src/engine/run.ts';
import { chainOf, optionsFor, type Plan } from './generated-steps.ts';

/** Runs a plan; a step that hangs is let go by the abort, which comes after so many events, or once nothing more comes. */
export async function play(
  steps: readonly Plan[],
  live: boolean,
  abortAfter: number,
): Promise<{ events: Event[]; result: RunResult }> {
  const abort = new AbortController();
  const events: Event[] = [];
  const run = runChain(chainOf(steps), optionsFor(abort.signal, { live }));
  while (true) {
    if (events.length >= abortAfter) abort.abort(new Interrupted('SIGINT'));
    const pulled = run.next();
    if (!abort.signal.aborted) await Promise.race([pulled, turns(20)]);
    const settled = await Promise.race([pulled, turns(1)]);
    if (settled === undefined) abort.abort(new Interrupted('SIGINT'));
    const next = await pulled;
    if (next.done) return { events, result: next.value };
    events.push(next.value);
  }
}

/** Lets everything that is ready run: nothing here waits for time. */
async function turns(count: number): Promise<undefined> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return undefined;
}
