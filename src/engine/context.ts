import type { StepExecution } from '../core/host.ts';
import type { AssistantMessage, UserMessage } from '../core/message.ts';
import type { Model, ModelParams } from '../core/model.ts';
import type { Scope } from '../core/scope.ts';
import type { Step, StepContext, StepPart } from '../core/step.ts';
import { isNamedAfter } from '../lib/step-parts.ts';
import { askedFrom, cacheFor } from './asked-from.ts';
import type { Attempt } from './attempts.ts';
import { runBranches } from './branches.ts';
import type { Frame, Inside } from './interpret.ts';
import { openMetered } from './metered.ts';
import type { Tally } from './tally.ts';
import { callAll, callAlone } from './tool-call.ts';
import { openTools } from './tools.ts';
import { takeTurn } from './turn.ts';

/** One step under way. */
export interface Work {
  readonly step: Step;
  readonly path: string;
  readonly scope: Scope;
  readonly frame: Frame;
  readonly inside: Inside;
  /** It reads what came out anew in this run. */
  readonly stale: boolean;
  readonly startedAt: number;
  readonly tally: Tally;
}

/** What a step may touch, made from where the interpreter stands. */
export function contextOf(
  work: Work,
  { number: attempt, model: answering, rejected }: Attempt,
  signal: AbortSignal,
  { idempotencyKey, host }: StepExecution,
): StepContext {
  const { frame, scope, path, inside, step } = work;
  // A group that is tried again makes new journal entries: its children's first results stay what they were.
  const prefix = attempt === 1 ? `${path}/` : `${path}#${attempt}/`;
  const inner = { ...frame, prefix, signal, tolerated: false, again: frame.again || work.stale };
  const place = { frame: inner, inside, step: path, tally: work.tally };
  return {
    path,
    scope,
    chain: frame.state.chain,
    io: frame.options.io,
    attempt,
    rejected,
    idempotencyKey,
    signal,
    final: frame.final,
    model: async (spec) => {
      const metered = await openMetered(frame, answering ?? spec, work.tally);
      const model = askedFrom(path, metered, cacheFor(step, attempt));
      return answering === undefined || answering === spec ? model : withParams(answering.params, model);
    },
    history: (turns) => (turns === 0 ? [] : frame.state.turns.slice(-turns).flat().map(sayable)),
    turn: (key, spec, request) => takeTurn({ ...place, frame: { ...inner, host } }, key, spec, request, step),
    tools: (patterns) => openTools(place, patterns),
    call: (key, tool, args) => callAlone(place, { key, tool, args }),
    callAll: (calls) => callAll(place, calls),
    runSteps: (steps, name) => inside.steps(steps, scope.input, named(inner, name)),
    runBranches: (parts, concurrency) => branches(parts, concurrency, work, inner),
    ask: (question, timeoutMs) => askPerson(question, timeoutMs, work, inner),
    runChain: (chain, call) => inside.chain(chain, call, { ...inner, inputFresh: false }),
  };
}

/** A message that says nothing is refused by some providers, and with it the whole conversation. */
function sayable<M extends UserMessage | AssistantMessage>(message: M): M {
  return message.text.trim() === '' ? { ...message, text: '…' } : message;
}

function named(frame: Frame, name: string | undefined): Frame {
  return name === undefined ? frame : { ...frame, prefix: `${frame.prefix}${name}/` };
}

async function* branches(
  parts: readonly StepPart[],
  concurrency: number | undefined,
  { step, scope, inside }: Work,
  frame: Frame,
) {
  const calls = parts.map((part) => ({
    steps: part.steps,
    input: scope.input,
    prefix: isNamedAfter(part) ? frame.prefix : `${frame.prefix}${part.name}/`,
    around: frame.around,
  }));
  const cap = frame.options.concurrency ?? Number.POSITIVE_INFINITY;
  const rules = {
    concurrency: Math.min(concurrency ?? parts.length, cap),
    tolerant: step.onError === 'continue',
    keepsIds: true,
  };
  const { values, stop } = yield* runBranches(calls, rules, frame, inside);
  return stop === undefined ? { output: '', values } : { output: scope.input, passThrough: true, stop, values };
}

async function askPerson(
  question: string,
  timeoutMs: number | undefined,
  { path }: Work,
  { host, signal }: Frame,
): Promise<boolean | null> {
  const answer = await host.waitSignal(path, { question, signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  return answer === null ? null : answer === true;
}

/** A step makes its request for the model it names; another one that answers in its place is asked in its own way. */
function withParams(params: ModelParams, model: Model): Model {
  return { ...model, stream: (request, signal) => model.stream({ ...request, params }, signal) };
}

/** Where in the run a step makes journal entries of its own: `frame.prefix` begins their paths. */
export interface Place {
  readonly frame: Frame;
  readonly inside: Inside;
  /** Journal path of the step. */
  readonly step: string;
  readonly tally: Tally;
}
