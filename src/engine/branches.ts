import { Failure, LimitError } from '../core/errors.ts';
import type { StepEvent } from '../core/event.ts';
import type { Branch } from '../core/host.ts';
import type { Json } from '../core/json.ts';
import type { Step, StepOutcome } from '../core/step.ts';
import { causeOf } from './failed-at.ts';
import type { Frame, Inside } from './interpret.ts';
import type { Fork } from './staged-memory.ts';
import { type Around, type ChainState, forkState, joinState, scopeOf } from './state.ts';

/** One list of steps that runs beside others. */
export interface BranchCall {
  readonly steps: readonly Step[];
  readonly input: string;
  /** Of the journal paths of its steps. */
  readonly prefix: string;
  readonly around: Around;
}

export interface BranchRules {
  readonly concurrency: number;
  /** A branch that fails leaves null in its place, and the others go on. */
  readonly tolerant: boolean;
  /** What comes after the branches can read their steps by id. */
  readonly keepsIds: boolean;
}

export interface Joined {
  /** In the order of the branches: the data of the last step of each, else its text. */
  readonly values: readonly Json[];
  /** A branch ended the chain. */
  readonly stop?: NonNullable<StepOutcome['stop']>;
}

/**
 * Runs branches together, each in a copy of the scope: none sees what happens beside it, so a run comes out the same however
 * they overlap. What they leave behind is brought together in their order.
 */
export async function* runBranches(
  branches: readonly BranchCall[],
  rules: BranchRules,
  frame: Frame,
  inside: Inside,
): AsyncGenerator<StepEvent, Joined> {
  const { state, signal } = frame;
  const before = { turns: state.turns.length, completed: state.completed };
  let ended: readonly Ended[];
  try {
    ended = yield* frame.host.all(
      branches.map((branch) => oneBranch(branch, rules, frame, inside)),
      { concurrency: Math.max(1, rules.concurrency), signal },
    );
  } catch (error) {
    if (error instanceof Stopped) return { values: [], stop: error.stop };
    throw error instanceof BranchFailed ? error.cause : error;
  }
  const values: Json[] = [];
  for (const branch of ended) {
    // A branch that failed leaves nothing but its null: no steps, no memory.
    values.push(branch.outcome === undefined ? null : (branch.outcome.data ?? branch.outcome.output));
    if (branch.outcome === undefined) continue;
    await branch.memory.join();
    joinState(state, rules.keepsIds ? branch.state : { ...branch.state, steps: {} }, before);
  }
  return { values };
}

interface Ended {
  readonly state: ChainState;
  readonly memory: Fork;
  /** Undefined when it failed and the rules allow that. */
  readonly outcome: StepOutcome | undefined;
}

function oneBranch(call: BranchCall, rules: BranchRules, frame: Frame, inside: Inside): Branch<Ended> {
  const { state } = frame;
  return (host, signal) =>
    host.child<Ended>(
      call.prefix,
      {
        steps: call.steps,
        scope: scopeOf(state, call.input, call.around),
        namespace: state.namespace,
        run: (own, ownSignal) => inBranch(call, rules, { ...frame, host: own, signal: ownSignal }, inside),
      },
      signal,
    );
}

async function* inBranch(call: BranchCall, rules: BranchRules, frame: Frame, inside: Inside): AsyncGenerator<StepEvent, Ended> {
  const memory = frame.memory.fork();
  const values = frame.state.chain.uses.memory ? await memory.open(frame.state.namespace) : {};
  const state = forkState(frame.state, values);
  const { prefix, around } = call;
  const own = { ...frame, memory, state, prefix, around, final: false, tolerated: rules.tolerant };
  try {
    const outcome = yield* inside.steps(call.steps, call.input, own);
    if (outcome.stop !== undefined) throw new Stopped(outcome.stop);
    return { state, memory, outcome };
  } catch (error) {
    if (error instanceof Stopped || frame.signal.aborted) throw error;
    if (rules.tolerant && causeOf(error) instanceof Failure && !(causeOf(error) instanceof LimitError))
      return { state, memory, outcome: undefined };
    throw new BranchFailed(error);
  }
}

/** Carries a failure through `all`, so that what runs beside it ends with this sentence; `runBranches` throws the cause. */
class BranchFailed extends Failure {
  constructor(cause: unknown) {
    super('ended, because what runs beside it failed', { code: 'PC0006', reason: 'cancelled', cause });
  }
}

/** Carries a `stop` the same way; `runBranches` returns it. */
class Stopped extends Failure {
  readonly stop: NonNullable<StepOutcome['stop']>;

  constructor(stop: NonNullable<StepOutcome['stop']>) {
    super(`ended, because the chain stops: ${stop.reason}`, { code: 'PC0006', reason: 'cancelled' });
    this.stop = stop;
  }
}
