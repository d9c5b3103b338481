import type { Event, StepCompleted, StepFailed, TurnCompleted } from '../core/event.ts';
import { NOTHING_SPENT, type Spent } from '../core/limits.ts';
import { addUsage, type Usage } from '../core/model.ts';

/**
 * What all parts of a run have used, from the events of its journal. A part that took the run up again tells finished work
 * once more, which counts once; work that was done anew, or that failed, counts each time.
 */
export function spentIn(events: readonly Event[]): Spent {
  const done = new Set<string>();
  let turns = new Map<string, Spent>();
  let total = NOTHING_SPENT;
  for (const event of events) {
    if (event.type === 'run.started') turns = new Map();
    else if (event.type === 'turn.completed') {
      const used = usedBy(event, event.cached === true ? 0 : event.attempts);
      turns.set(event.step, plus(turns.get(event.step) ?? NOTHING_SPENT, used));
      if (!done.has(identityOf(event))) total = plus(total, used);
      done.add(identityOf(event));
    } else if (event.type === 'step.failed' || (event.type === 'step.completed' && !done.has(identityOf(event)))) {
      total = plus(total, besides(event, turns.get(event.step)));
      if (event.type === 'step.completed') done.add(identityOf(event));
    }
  }
  return total;
}

/** The same for work that is told once more, and hardly ever for work that was done anew. */
function identityOf(event: StepCompleted | TurnCompleted): string {
  const { duration_ms, usage } = event;
  const path = event.type === 'turn.completed' ? event.turn : event.step;
  return JSON.stringify([path, duration_ms, usage.input_tokens, usage.output_tokens]);
}

/** What a step used besides its turns. */
function besides(event: StepCompleted | StepFailed, turns: Spent | undefined): Spent {
  if (turns === undefined) return usedBy(event, hasUsed(event.usage) ? event.attempts : 0);
  const usage: Usage = {
    input_tokens: Math.max(0, event.usage.input_tokens - turns.usage.input_tokens),
    output_tokens: Math.max(0, event.usage.output_tokens - turns.usage.output_tokens),
  };
  if (!hasUsed(usage)) return NOTHING_SPENT;
  const costUsd = event.cost_usd === null || turns.costUsd === null ? null : Math.max(0, event.cost_usd - turns.costUsd);
  return { usage, costUsd, calls: event.attempts };
}

function usedBy({ usage, cost_usd }: StepCompleted | StepFailed | TurnCompleted, calls: number): Spent {
  return { usage, costUsd: hasUsed(usage) ? cost_usd : 0, calls };
}

function hasUsed({ input_tokens, output_tokens }: Usage): boolean {
  return input_tokens + output_tokens > 0;
}

function plus(a: Spent, b: Spent): Spent {
  return {
    usage: addUsage(a.usage, b.usage),
    costUsd: a.costUsd === null || b.costUsd === null ? null : a.costUsd + b.costUsd,
    calls: a.calls + b.calls,
  };
}
