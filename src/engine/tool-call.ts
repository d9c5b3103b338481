import { Failure, ToolError } from '../core/errors.ts';
import type { StepEvent, ToolCompleted } from '../core/event.ts';
import type { Host, RecordedCall, StepExecution } from '../core/host.ts';
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import type { Tool, ToolResult } from '../core/tool.ts';
import type { Place } from './context.ts';
import { deadline } from './deadline.ts';
import { causeOf } from './failed-at.ts';
import { hashOf } from './fingerprint.ts';
import { ranAnew } from './fresh.ts';
import { toolScope } from './tools.ts';
import { until } from './until.ts';

export interface WantedCall {
  /** Unique in the step, such as `t3.1`. */
  readonly key: string;
  readonly tool: Tool;
  readonly args: Json;
}

/** Calls that a model made in one turn: together, their answers in its order. */
export async function* callAll(place: Place, calls: readonly WantedCall[]): AsyncGenerator<StepEvent, ToolResult[]> {
  const { host, signal } = place.frame;
  return yield* host.all(
    calls.map((call) => (branch, branchSignal) => callOne(place, branch, call, branchSignal)),
    { concurrency: MOST_AT_ONCE, signal },
  );
}

/**
 * One call as a journal entry. What a tool fails with goes back as a result, because a model can mend it; an abort, a missing
 * person and a bug end the step.
 */
export async function* callOne(
  place: Place,
  host: Host,
  wanted: WantedCall,
  signal: AbortSignal,
): AsyncGenerator<StepEvent, ToolResult> {
  const { frame, step } = place;
  const { io } = frame.options;
  const { tool, args } = wanted;
  const call = `${frame.prefix}${wanted.key}`;
  const fingerprint = hashOf([tool.name, args]);
  const entry = { path: call, fingerprint, stale: frame.again };
  const { record, reused } = yield* host.step<RecordedCall>(entry, async function* (execution) {
    const startedAt = io.clock.elapsed();
    yield { type: 'tool.started', step, call, tool: tool.name, arguments: args };
    const result = limited(yield* attempt(place, wanted, call, execution, signal));
    const record: ToolCompleted = {
      type: 'tool.completed',
      step,
      call,
      tool: tool.name,
      is_error: result.isError,
      text: result.text,
      ...(result.data === undefined ? {} : { data: result.data }),
      duration_ms: Math.round(io.clock.elapsed() - startedAt),
      fingerprint,
    };
    return { completed: record };
  });
  if (!reused) ranAnew(frame.notice);
  const { text, is_error, data } = record.completed;
  return data === undefined ? { text, isError: is_error } : { text, isError: is_error, data };
}

const MOST_AT_ONCE = 8;
const LONGEST_CALL_MS = 300_000;

async function* attempt(
  place: Place,
  { tool, args }: WantedCall,
  path: string,
  execution: StepExecution,
  parent: AbortSignal,
): AsyncGenerator<StepEvent, ToolResult> {
  try {
    if (!isJsonObject(args)) return wrong('the arguments must be a JSON object');
    const { problemsOf } = await import('../lib/json-schema.ts');
    const problems = problemsOf(tool.parameters, args);
    if (problems.length > 0) return wrong(`the arguments do not fit: ${problems.join('; ')}`);
    // Before the clock of the call starts: a person may take their time.
    await place.frame.options.toolbox?.permit(tool, args, toolScope(place), parent);
    return yield* inTime(tool, args, path, execution, parent);
  } catch (thrown) {
    if (parent.aborted) throw parent.reason;
    const error = causeOf(thrown);
    if (!(error instanceof Failure) || ENDS_STEP.has(error.reason)) throw error;
    return wrong(error.help === undefined ? error.message : `${error.message} (${error.help})`);
  }
}

/** What no answer of a model could mend. */
const ENDS_STEP = new Set<Failure['reason']>(['needs_human', 'cancelled', 'budget', 'store', 'auth', 'quota', 'internal']);

async function* inTime(
  tool: Tool,
  args: JsonObject,
  path: string,
  { idempotencyKey, host }: StepExecution,
  parent: AbortSignal,
): AsyncGenerator<StepEvent, ToolResult> {
  const limit = deadline(parent, tool.timeoutMs ?? LONGEST_CALL_MS, () => tookTooLong(tool));
  const { signal } = limit;
  try {
    return yield* until(tool.call(args, { path, signal, idempotencyKey, host }), signal);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    limit.clear();
  }
}

function wrong(text: string): ToolResult {
  return { text, isError: true };
}

function tookTooLong(tool: Tool): ToolError {
  const seconds = (tool.timeoutMs ?? LONGEST_CALL_MS) / 1000;
  return new ToolError(`the tool "${tool.name}" did not answer within ${seconds} s`, { code: 'PC7003', reason: 'timeout' });
}

/** Characters. */
const LONGEST_RESULT = 100_000;

/** Whoever made the tool: nothing of any size reaches a model or the journal. */
function limited({ text, data, isError }: ToolResult): ToolResult {
  const shown = text.length <= LONGEST_RESULT ? text : shortened(text);
  const fits = data !== undefined && JSON.stringify(data).length <= LONGEST_RESULT * 10;
  return fits ? { text: shown, data, isError } : { text: shown, isError };
}

function shortened(text: string): string {
  const kept = text.slice(0, LONGEST_RESULT).replace(/[\uD800-\uDBFF]$/, '');
  return `${kept}\n[cut here: the result has ${text.length} characters, ${LONGEST_RESULT} are kept]`;
}
