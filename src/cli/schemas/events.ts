import { z } from 'zod';
import type { Event, MemoryWritten } from '../../core/event.ts';
import { chainName, count, dollars, errorRecord, finishReason, json, milliseconds, reason, toolCall, usage } from './record.ts';
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

const reused = z.literal(true).exactOptional().describe('The result is that of an earlier run: nothing was done.');
const cached = z.literal(true).exactOptional().describe('The answer came from the cache: nothing was asked.');

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
  model: z.string().exactOptional().describe('The model that goes on, when it is another one.'),
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
  cached,
  reused,
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

const turn = z.string().describe('Journal path of the turn.');
const call = z.string().describe('Journal path of the call.');
const tool = z.string().describe('server.tool, or the name of a declared or built-in tool.');
const server = z.string().describe('Its name in the chain file.');

const turnStarted = event('turn.started', 'a model with tools is asked', { step, turn, model: z.string() });
const turnDelta = event('turn.delta', 'a piece of what it says', { step, turn, text: z.string() });
const turnCompleted = event('turn.completed', 'it answered: with text, with tool calls, or with both', {
  step,
  turn,
  model: z.string(),
  text: z.string().describe('Complete: the deltas may be ignored.'),
  tool_calls: z.array(toolCall),
  finish_reason: finishReason,
  cached,
  reused,
  ...spent,
});

const toolStarted = event('tool.started', 'a tool is called', { step, call, tool, arguments: json });
const toolCompleted = event('tool.completed', 'a tool answered, with a result or with an error', {
  step,
  call,
  tool,
  reused,
  is_error: z.boolean(),
  text: z.string().describe('What the model reads; cut at 100,000 characters.'),
  data: json.exactOptional().describe('The structured result.'),
  duration_ms: milliseconds,
});

const serverStarted = event('mcp.started', 'an MCP server is ready', {
  server,
  name: z.string().describe('What it calls itself.'),
  version: z.string(),
  tools: count,
  duration_ms: milliseconds,
});
const serverFailed = event('mcp.failed', 'an MCP server could not be started, or was lost', { server, error: errorRecord });

const objectiveChecked = event('objective.checked', 'the condition of "done" was tried', {
  step,
  condition: z.string().describe('As written.'),
  met: z.boolean(),
  values: z.record(z.string(), json).describe('Every value the condition read, by its path.'),
});

const memoryRead = event('memory.read', 'keys were read; names, not values', {
  namespace: z.string(),
  keys: z.array(z.string()),
});

const memoryWritten = event('memory.written', 'keys were written; names, not values', {
  step: step.exactOptional(),
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
  turnStarted,
  turnDelta,
  turnCompleted,
  serverStarted,
  serverFailed,
  toolStarted,
  toolCompleted,
  objectiveChecked,
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
