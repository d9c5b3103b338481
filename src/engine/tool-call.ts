import { Failure, ToolError } from '../core/errors.ts';
import type { StepEvent, ToolCompleted } from '../core/event.ts';
import type { Host, RecordedCall, StepExecution } from '../core/host.ts';
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import type { RunOptions } from '../core/run.ts';
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

/** Calls that a model made in one turn: together, their answers in its order, without secrets. */
export async function* callAll(place: Place, calls: readonly WantedCall[]): AsyncGenerator<StepEvent, ToolResult[]> {
  const { host, signal, options } = place.frame;
  const shown: Shown = (result) => options.redact?.(result) ?? result;
  return yield* host.all(
    calls.map((call) => (branch, branchSignal) => callOne(place, branch, call, shown, branchSignal)),
    { concurrency: MOST_AT_ONCE, signal },
  );
}

/** A call without a model: of one whose answer is lost only a person can find out what became of it. */
export async function* callAlone(place: Place, wanted: WantedCall): AsyncGenerator<StepEvent, ToolResult> {
  const { host, signal, options, prefix } = place.frame;
  if (isLost(wanted.tool, prefix + wanted.key, options)) {
    throw new ToolError(`the tool "${wanted.tool.name}" may have been called already: ${LOST}`, {
      code: 'PC7005',
      reason: 'tool',
      help: `see whether it did what it should; to call it again: promptchain runs resume ${options.runId} --repeat`,
    });
  }
  return yield* callOne(place, host, wanted, (result) => result, signal);
}

/** A result as whoever called may see it. It is kept like that too, so that a resumed run goes on with the same. */
type Shown = (result: ToolResult) => ToolResult;

/**
 * One call as a journal entry. What a tool fails with goes back as a result, because a model can mend it; an abort, a missing
 * person and a bug end the step.
 */
async function* callOne(
  place: Place,
  host: Host,
  wanted: WantedCall,
  shown: Shown,
  signal: AbortSignal,
): AsyncGenerator<StepEvent, ToolResult> {
  const { prefix, options } = place.frame;
  const call = prefix + wanted.key;
  const { tool, args } = wanted;
  const fingerprint = hashOf([tool.name, args]);
  const entry = { path: call, fingerprint, stale: place.frame.again };
  const { record, reused } = yield* host.step<RecordedCall>(entry, async function* (execution) {
    const about = { step: place.step, call, tool: tool.name, fingerprint };
    if (!isLost(tool, call, options)) return yield* make(place, wanted, { about, shown }, execution, signal);
    yield { type: 'tool.started', step: place.step, call, tool: tool.name, arguments: args };
    return { completed: completedCall(about, wrong(`${LOST}; ${FIND_OUT}`), 0) };
  });
  if (!reused) ranAnew(place.frame.notice);
  const { text, is_error, data } = record.completed;
  return data === undefined ? { text, isError: is_error } : { text, isError: is_error, data };
}

const MOST_AT_ONCE = 8;
const LONGEST_CALL_MS = 300_000;

/** Begun by an earlier part of the run, without an answer that could be kept, and not to happen twice. */
function isLost({ effect }: Tool, call: string, { begun }: RunOptions): boolean {
  return effect === 'once' && begun?.has(call) === true;
}

const LOST = 'the call was begun before the run was interrupted, its answer is lost, and whether it took effect is not known';
const FIND_OUT = 'it was not made again: find out what became of it before you repeat it';

async function* make(
  place: Place,
  { tool, args }: WantedCall,
  { about, shown }: { readonly about: About; readonly shown: Shown },
  execution: StepExecution,
  signal: AbortSignal,
): AsyncGenerator<StepEvent, RecordedCall> {
  const { clock } = place.frame.options.io;
  const { call } = about;
  const checked = await argumentsFor(place, tool, args, signal);
  const startedAt = clock.elapsed();
  const elapsed = () => Math.round(clock.elapsed() - startedAt);
  yield { type: 'tool.started', step: place.step, call, tool: tool.name, arguments: args };
  if ('isError' in checked) return { completed: completedCall(about, checked, 0) };
  try {
    const result = yield* inTime(tool, checked.args, call, execution, signal);
    return { completed: completedCall(about, shown(result), elapsed()) };
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    const error = causeOf(thrown);
    if (!(error instanceof Failure)) throw error;
    if (!ENDS_STEP.has(error.reason)) return { completed: completedCall(about, shown(toldOf(error)), elapsed()) };
    yield completedCall({ ...about, ends_step: true }, toldOf(error), elapsed());
    throw error;
  }
}

/** The arguments, found right and permitted, or what the model is told instead. Throws what ends the step. */
async function argumentsFor(
  place: Place,
  tool: Tool,
  args: Json,
  signal: AbortSignal,
): Promise<{ readonly args: JsonObject } | ToolResult> {
  if (!isJsonObject(args)) return wrong('the arguments must be a JSON object');
  const { problemsOf } = await import('../lib/json-schema.ts');
  const problems = problemsOf(tool.parameters, args);
  if (problems.length > 0) return wrong(`the arguments do not fit: ${problems.join('; ')}`);
  try {
    // Before the clock of the call starts: a person may take their time.
    await place.frame.options.toolbox?.permit(tool, args, toolScope(place), signal);
    return { args };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (!(error instanceof Failure) || ENDS_STEP.has(error.reason)) throw error;
    return toldOf(error);
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

function toldOf({ message, help }: Failure): ToolResult {
  return wrong(help === undefined ? message : `${message} (${help})`);
}

function tookTooLong(tool: Tool): ToolError {
  const seconds = (tool.timeoutMs ?? LONGEST_CALL_MS) / 1000;
  return new ToolError(`the tool "${tool.name}" did not answer within ${seconds} s`, { code: 'PC7003', reason: 'timeout' });
}

type About = Pick<ToolCompleted, 'step' | 'call' | 'tool' | 'ends_step' | 'fingerprint'>;

/** The record of a call. Whoever made the tool: nothing of any size reaches a model or the journal. */
function completedCall(about: About, { text, data, isError }: ToolResult, durationMs: number): ToolCompleted {
  const fits = data !== undefined && JSON.stringify(data).length <= LONGEST_RESULT * 10;
  return {
    type: 'tool.completed',
    ...about,
    is_error: isError,
    text: text.length <= LONGEST_RESULT ? text : shortened(text),
    ...(fits ? { data } : {}),
    duration_ms: durationMs,
  };
}

/** Characters. */
const LONGEST_RESULT = 100_000;

function shortened(text: string): string {
  const kept = text.slice(0, LONGEST_RESULT).replace(/[\uD800-\uDBFF]$/, '');
  return `${kept}\n[cut here: the result has ${text.length} characters, ${LONGEST_RESULT} are kept]`;
}
