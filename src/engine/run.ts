import type { Chain } from '../core/chain.ts';
import { Failure, recordOf, StepError } from '../core/errors.ts';
import type { Event, EventBody, RunEnded, StepEvent } from '../core/event.ts';
import { statusOf } from '../core/exit-code.ts';
import type { Json } from '../core/json.ts';
import type { AnswerFormat } from '../core/model.ts';
import type { RunOptions, RunResult } from '../core/run.ts';
import { createLedger, type RunEnd } from '../lib/ledger.ts';
import { observe } from '../lib/observe.ts';
import { causeOf, FailedAt } from './failed-at.ts';
import { runWhole } from './interpret.ts';
import { stageMemory } from './staged-memory.ts';
import { topFrame } from './top-frame.ts';

/**
 * Runs a chain: a stream of events, pulled by its reader, that returns the result. An event is consumed before the next thing
 * happens, so a reader that writes a journal has a step on disk before the next one starts. Nothing is thrown: a failure is
 * the result's `error`.
 */
export async function* runChain(chain: Chain, options: RunOptions): AsyncGenerator<Event, RunResult> {
  const stamp = createStamp(options);
  const ledger = createLedger(options.runId, options);
  const note = (body: EventBody) => {
    ledger.note(body);
    return stamp(body);
  };
  const startedAt = options.io.clock.elapsed();
  const { name, file, sha256 } = chain;
  yield note({ type: 'run.started', chain: { name, file, sha256 }, steps: chain.steps.length });
  const ended = yield* observe(execute(chain, options), note);
  const result = ledger.result({ ...ended, durationMs: options.io.clock.elapsed() - startedAt });
  yield stamp({ type: terminalOf(result), result });
  return result;
}

function createStamp(options: RunOptions): (body: EventBody) => Event {
  let seq = 0;
  return (body) => {
    const ts = new Date(options.io.clock.now()).toISOString();
    return { v: 1, seq: seq++, ts, run_id: options.runId, ...body } as Event;
  };
}

type Ended = Omit<RunEnd, 'durationMs'>;

async function* execute(chain: Chain, options: RunOptions): AsyncGenerator<StepEvent, Ended> {
  try {
    for (const { code, message, position } of chain.warnings) {
      yield { type: 'warning', code, message: `${message} (${position.file}:${position.line}:${position.column})` };
    }
    const memory = stageMemory(options.memory, options.committed);
    const outcome = yield* runWhole(chain, options, topFrame(chain, options, memory));
    if (isEmpty(outcome.value) && !chain.allowEmpty && outcome.stop === undefined) throw emptyOutput();
    if (chain.answer !== undefined) await requireFormat(outcome, chain.answer);
    options.signal.throwIfAborted();
    yield* memory.commit();
    const stopped = outcome.stop === undefined ? {} : { stopped: outcome.stop.reason };
    return { status: 'success', output: outcome.value, error: null, ...stopped };
  } catch (error) {
    const cause = options.signal.aborted ? options.signal.reason : causeOf(error);
    const record = recordOf(cause, error instanceof FailedAt ? error.step : undefined);
    options.onFailure?.(cause);
    return { status: isCancelled(cause) ? 'interrupted' : statusOf(cause), output: null, error: record };
  }
}

/** A text is read as JSON, unless the step it comes from has done that already or the schema wants text. */
async function requireFormat(
  { value, data }: { readonly value: Json; readonly data?: Json },
  format: AnswerFormat,
): Promise<void> {
  const { readAnswer, checkData } = await import('../lib/read-answer.ts');
  const isText = typeof value === 'string' && data === undefined && format.schema.type !== 'string';
  const read = isText ? readAnswer(value, format) : checkData(data ?? value, format);
  if ('data' in read) return;
  throw new StepError(`the output ${read.problem}`, { code: 'PC9105', reason: 'invalid_output' });
}

function isCancelled(cause: unknown): boolean {
  return cause instanceof Failure && cause.reason === 'cancelled';
}

function isEmpty(output: Json): boolean {
  return typeof output === 'string' && output.trim() === '';
}

function emptyOutput(): Failure {
  return new StepError('the chain finished with an empty output', {
    code: 'PC9102',
    reason: 'empty_output',
    help: 'set "allow_empty: true" at the top of the chain if that is a valid result',
  });
}

function terminalOf(result: RunResult): RunEnded['type'] {
  if (result.status === 'success') return 'run.completed';
  return result.status === 'interrupted' ? 'run.interrupted' : 'run.failed';
}
