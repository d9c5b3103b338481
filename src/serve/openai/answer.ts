import type { Event } from '../../core/event.ts';
import { textOf } from '../../core/json.ts';
import type { FinishReason } from '../../core/model.ts';
import type { RunResult } from '../../core/run.ts';

/** What a client of a model sees of a run: its thoughts and its text as they come, then how it ended. */
export type Answer = AsyncGenerator<Part, Ended>;

export interface Part {
  readonly type: 'text' | 'reasoning';
  readonly text: string;
}

export interface Ended {
  readonly result: RunResult;
  readonly finish: FinishReason;
}

/** Reads a run as the answer of a model: what the final step says, then whatever of the output that was not. */
export async function* answerOf(events: AsyncGenerator<Event, RunResult>): Answer {
  const final = new Set<string>();
  let said = 0;
  for await (const event of resultLast(events)) {
    if ('schema' in event) {
      const rest = event.status === 'success' ? textOf(event.output).slice(said) : '';
      if (rest !== '') yield { type: 'text', text: rest };
      return { result: event, finish: finishOf(event, final) };
    }
    if (event.type === 'step.started' && event.final) final.add(event.step);
    if (event.type === 'step.reasoning_delta' && final.has(event.step)) yield { type: 'reasoning', text: event.text };
    if (event.type !== 'step.delta' || !final.has(event.step) || event.text === '') continue;
    said += event.text.length;
    yield { type: 'text', text: event.text };
  }
  throw new Error('the run ended without a result');
}

/** A whole answer. */
export interface Collected extends Ended {
  readonly text: string;
  readonly reasoning: string;
}

export async function collect(answer: Answer): Promise<Collected> {
  const said = { text: '', reasoning: '' };
  for (;;) {
    const next = await answer.next();
    if (next.done) return { ...said, ...next.value };
    said[next.value.type] += next.value.text;
  }
}

async function* resultLast(events: AsyncGenerator<Event, RunResult>): AsyncGenerator<Event | RunResult> {
  yield yield* events;
}

/** As the model that gave the output tells it; what is not a model's answer is complete. */
function finishOf({ steps }: RunResult, final: ReadonlySet<string>): FinishReason {
  return steps.findLast(({ path, finish_reason }) => final.has(path) && finish_reason !== null)?.finish_reason ?? 'stop';
}
