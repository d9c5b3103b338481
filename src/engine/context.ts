import type { StepExecution } from '../core/host.ts';
import type { Scope } from '../core/scope.ts';
import type { Step, StepContext } from '../core/step.ts';
import type { Frame, Inside } from './interpret.ts';
import { callAll, callOne } from './tool-call.ts';
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
}

/** What a step may touch, made from where the interpreter stands. */
export function contextOf(
  work: Work,
  { attempt, rejected }: Pick<StepContext, 'attempt' | 'rejected'>,
  signal: AbortSignal,
  { idempotencyKey }: StepExecution,
): StepContext {
  const { frame, scope, path, inside, step } = work;
  // A group that is tried again makes new journal entries: its children's first results stay what they were.
  const prefix = attempt === 1 ? `${path}/` : `${path}#${attempt}/`;
  const inner = { ...frame, prefix, signal };
  const place = { frame: inner, inside, step: path };
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
    model: frame.options.openModel,
    history: (turns) => (turns === 0 ? [] : frame.state.turns.slice(-turns).flat()),
    turn: (key, spec, request) => takeTurn(place, key, spec, request, step.retry),
    tools: (patterns) => openTools(place, patterns),
    call: (key, tool, args) => callOne(place, frame.host, { key, tool, args }, signal),
    callAll: (calls) => callAll(place, calls),
    runSteps: (steps) => inside.steps(steps, scope.input, inner),
    runChain: (chain, call) => inside.chain(chain, call, inner),
  };
}

/** Where in the run a step makes journal entries of its own: `frame.prefix` begins their paths. */
export interface Place {
  readonly frame: Frame;
  readonly inside: Inside;
  /** Journal path of the step. */
  readonly step: string;
}
