import type { StepExecution } from '../core/host.ts';
import type { Model, ModelParams } from '../core/model.ts';
import type { Scope } from '../core/scope.ts';
import type { Step, StepContext } from '../core/step.ts';
import { askedFrom, cacheFor } from './asked-from.ts';
import type { Attempt } from './attempts.ts';
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
  readonly startedAt: number;
  readonly tally: Tally;
}

/** What a step may touch, made from where the interpreter stands. */
export function contextOf(
  work: Work,
  { number: attempt, model: answering, rejected }: Attempt,
  signal: AbortSignal,
  { idempotencyKey }: Pick<StepExecution, 'idempotencyKey'>,
): StepContext {
  const { frame, scope, path, inside, step } = work;
  // A group that is tried again makes new journal entries: its children's first results stay what they were.
  const prefix = attempt === 1 ? `${path}/` : `${path}#${attempt}/`;
  const inner = { ...frame, prefix, signal };
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
    history: (turns) => (turns === 0 ? [] : frame.state.turns.slice(-turns).flat()),
    turn: (key, spec, request) => takeTurn(place, key, spec, request, step),
    tools: (patterns) => openTools(place, patterns),
    call: (key, tool, args) => callAlone(place, { key, tool, args }),
    callAll: (calls) => callAll(place, calls),
    runSteps: (steps) => inside.steps(steps, scope.input, inner),
    runChain: (chain, call) => inside.chain(chain, call, inner),
  };
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
