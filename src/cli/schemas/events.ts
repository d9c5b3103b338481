import { z } from 'zod';
import type { Event, MemoryWritten } from '../../core/event.ts';
import { chainName, count, dollars, errorRecord, finishReason, json, milliseconds, reason, usage } from './record.ts';
import { resultSchema } from './result.ts';

const envelope = {
  v: z.literal(1),
  seq: count.describe('Counts from 0 without gaps.'),
  ts: z.string().describe('ISO 8601, UTC, milliseconds.'),
  run_id: z.string(),
};

const step = z.string().describe('Journal path of the step.');
const id = z.string().describe('The id the file gives it, or its number among its siblings, from 1.');
const kind = z.string().describe('The kind of step.');
const spent = { attempts: count, usage, cost_usd: dollars, duration_ms: milliseconds };

const runStarted = event('run.started', 'the first line', {
  chain: chainName,
  steps: count.describe('Number of top-level steps.'),
});

const runCompleted = event('run.completed', 'the last line of a run that succeeded', { result: resultSchema });
const runFailed = event('run.failed', 'the last line of a run that failed; the only one when it could not start', {
  result: resultSchema,
});
const runInterrupted = event('run.interrupted', 'the last line of a run that a signal ended', { result: resultSchema });

const stepStarted = event('step.started', 'a step begins', {
  step,
  id,
  kind,
  model: z.string().exactOptional(),
  llm: z.boolean().exactOptional().describe('False when that model is not a language model.'),
  final: z.boolean().describe('Its output is the output of the run.'),
});

const stepDelta = event('step.delta', 'a piece of its output', { step, text: z.string() });
const stepReasoningDelta = event('step.reasoning_delta', "a piece of the model's reasoning", { step, text: z.string() });
const stepLog = event('step.log', 'what a command wrote to stderr or a function to its console', { step, text: z.string() });

const stepRetrying = event('step.retrying', 'an attempt failed and another follows; deltas start anew', {
  step,
  attempt: count.describe('The attempt that failed, from 1.'),
  attempts: count.describe('How many there are in all.'),
  reason,
  wait_ms: milliseconds,
  error: errorRecord,
});

const stepCompleted = event('step.completed', 'a step ended well', {
  step,
  id,
  kind,
  output: z.string().describe('Complete: the deltas may be ignored.'),
  data: json.exactOptional().describe('The parsed value.'),
  model: z.string().exactOptional(),
  llm: z.boolean().exactOptional(),
  finish_reason: finishReason.exactOptional(),
  ...spent,
});

const stepFailed = event('step.failed', 'a step failed after its last attempt', {
  step,
  id,
  kind,
  error: errorRecord,
  ...spent,
  continued: z.boolean().describe('The step says on_error: continue, so the run goes on.'),
  partial: z.string().exactOptional().describe('Text that had been streamed before the failure.'),
});

const stepSkipped = event('step.skipped', 'its condition was false', {
  step,
  id,
  kind,
  condition: z.string().describe('As written.'),
  values: z.record(z.string(), json).describe('Every value the condition read, by its path.'),
});

const memoryRead = event('memory.read', 'keys were read; names, not values', {
  namespace: z.string(),
  keys: z.array(z.string()),
});

const memoryWritten = event('memory.written', 'keys were written; names, not values', {
  namespace: z.string(),
  keys: z.array(z.string()),
  committed: z.boolean().describe('False while staged; true once the store has acknowledged it.'),
});

const warned = event('warning', 'something to know about', {
  code: z.string(),
  message: z.string(),
  step: step.exactOptional(),
});

/** Every event of `--jsonl`, in the order a run emits them; `help events` prints this table. */
export const EVENTS = [
  runStarted,
  stepStarted,
  stepDelta,
  stepReasoningDelta,
  stepLog,
  stepRetrying,
  stepCompleted,
  stepFailed,
  stepSkipped,
  memoryRead,
  memoryWritten,
  warned,
  runCompleted,
  runFailed,
  runInterrupted,
] as const;

/** One line of `--jsonl`. */
export const eventSchema = z
  .discriminatedUnion('type', EVENTS)
  .describe('One line of --jsonl: every line is one of these objects.') satisfies z.ZodType<PublicEvent>;

/** An event as the process lets it out: memory changes carry names only. */
type PublicEvent =
  | Exclude<Event, { type: 'memory.written' }>
  | (Omit<MemoryWritten, 'changes'> & Pick<Event, 'v' | 'seq' | 'ts' | 'run_id'>);

function event<Type extends string, Shape extends z.ZodRawShape>(type: Type, summary: string, shape: Shape) {
  return z.object({ ...envelope, type: z.literal(type), ...shape }).describe(summary);
}
