import type { Chain } from '../core/chain.ts';
import { LimitError, StepError } from '../core/errors.ts';
import type { StepEvent } from '../core/event.ts';
import type { Host } from '../core/host.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Meter } from '../core/meter.ts';
import type { PlannedStep } from '../core/plan.ts';
import type { RunOptions } from '../core/run.ts';
import type { Step, StepOutcome } from '../core/step.ts';
import { deadline } from './deadline.ts';
import { type Notice, nothingFresh, notice } from './fresh.ts';
import { runStep } from './run-step.ts';
import type { StagedMemory } from './staged-memory.ts';
import { type Around, type ChainState, createState, permissionsIn, scopeOf } from './state.ts';

/** Where the interpreter stands: handed down, never changed on the way. */
export interface Frame {
  readonly options: RunOptions;
  readonly host: Host;
  readonly memory: StagedMemory;
  readonly meter: Meter;
  readonly state: ChainState;
  /** Journal path of the group around these steps, with a slash; empty at the top. */
  readonly prefix: string;
  readonly signal: AbortSignal;
  /** The last of these steps gives the output of the run. */
  readonly final: boolean;
  readonly around: Around;
  /** A failure of one of these steps ends a branch that the chain can do without. */
  readonly tolerated: boolean;
  /** The first step's input came out anew in this run. */
  readonly inputFresh: boolean;
  /** So did what the loops around these steps give them. */
  readonly aroundFresh: boolean;
  /** Everything here is done again, whatever was recorded. */
  readonly again: boolean;
  /** Told when something in here ran anew. */
  readonly notice: Notice;
  /** Nothing is done: this is told what would be. */
  readonly plan?: (step: PlannedStep) => void;
}

export interface ChainCall {
  readonly input: string;
  readonly inputs: JsonObject;
}

/** Runs steps one after the other, each one's output being the next one's input. */
async function* runSteps(steps: readonly Step[], input: string, frame: Frame): AsyncGenerator<StepEvent, StepOutcome> {
  let last: StepOutcome = { output: input };
  let { inputFresh, again } = frame;
  for (const [index, step] of steps.entries()) {
    frame.signal.throwIfAborted();
    // `--from` names a step of the chain itself; it and all that follow are done again.
    again ||= frame.prefix === '' && step.id !== undefined && step.id === frame.options.from;
    const final = frame.final && index === steps.length - 1;
    const own = notice(frame.notice);
    const outcome = yield* runStep(step, last.output, { ...frame, final, inputFresh, again, notice: own }, inside);
    if (outcome === undefined) continue;
    const { output, data, stop } = outcome;
    if (!outcome.passThrough) {
      last = data === undefined ? { output } : { output, data };
      inputFresh = own.fresh;
    }
    if (stop !== undefined) return { ...last, stop };
  }
  return last;
}

/** Runs a chain in a scope of its own. Throws when a `stop` says `status: failed`. */
export async function* runWhole(
  chain: Chain,
  call: ChainCall,
  frame: Omit<Frame, 'state'> & { readonly state?: ChainState },
): AsyncGenerator<StepEvent, StepOutcome & { readonly value: Json }> {
  const state = yield* openState(chain, call, frame);
  const final = frame.final && chain.output === undefined;
  const own = { ...frame, state, final, around: {}, aroundFresh: false, tolerated: false };
  const outcome = yield* withFinally(chain, runSteps(chain.steps, call.input, own), own);
  if (outcome.stop?.status === 'failed') throw new StepError(outcome.stop.reason, { code: 'PC9101', reason: 'stopped' });
  // A plan has no values to make an output of.
  const value = frame.plan === undefined ? finalValue(chain, state, outcome) : '';
  const stop = outcome.stop === undefined ? {} : { stop: outcome.stop };
  const isLast = outcome.data !== undefined && value === outcome.output;
  return typeof value === 'string'
    ? { output: value, value, ...(isLast ? { data: outcome.data } : {}), ...stop }
    : { output: JSON.stringify(value), data: value, value, ...stop };
}

/** The chain's last steps run also when the others failed, but not when the run was told to stop; then they are in nobody's way. */
async function* withFinally(
  chain: Chain,
  steps: AsyncGenerator<StepEvent, StepOutcome>,
  frame: Frame,
): AsyncGenerator<StepEvent, StepOutcome> {
  if (chain.finally.length === 0) return yield* steps;
  // What they tidy up after has been done again, or has failed again.
  const last = () => ({ ...frame, prefix: `${frame.prefix}finally/`, final: false, again: frame.again || frame.notice.fresh });
  let outcome: StepOutcome;
  try {
    outcome = yield* steps;
  } catch (error) {
    if (!frame.signal.aborted) yield* insteadOfFailing(runSteps(chain.finally, '', last()));
    throw error;
  }
  yield* runSteps(chain.finally, outcome.output, last());
  return outcome;
}

/** The chain has failed already, and that is what is told: the failed step of these has its own event. */
async function* insteadOfFailing(steps: AsyncGenerator<StepEvent, StepOutcome>): AsyncGenerator<StepEvent, void> {
  try {
    yield* steps;
  } catch {
    // Told by its `step.failed`.
  }
}

/** What a step may run inside itself: the way back from a kind to the interpreter. */
export interface Inside {
  steps(steps: readonly Step[], input: string, frame: Frame): AsyncGenerator<StepEvent, StepOutcome>;
  chain(chain: Chain, call: ChainCall, frame: Frame): AsyncGenerator<StepEvent, StepOutcome>;
}

const inside: Inside = {
  steps: runSteps,
  async *chain(chain, call, frame) {
    const limit = deadline(frame.signal, chain.limits.timeMs, () => tookTooLong(chain));
    try {
      const inner = { ...frame, meter: frame.meter.within(chain.limits), signal: limit.signal };
      const { stop: _, value: __, ...outcome } = yield* runWhole(chain, call, inner);
      return outcome;
    } finally {
      limit.clear();
    }
  },
};

function tookTooLong({ name, limits: { timeMs = 0 } }: Chain): LimitError {
  return new LimitError(`the chain "${name}" took longer than its limit of ${timeMs / 1000} s`, {
    code: 'PC9006',
    help: 'raise "time" under "limits" in that chain',
  });
}

async function* openState(
  chain: Chain,
  { input, inputs }: ChainCall,
  frame: Pick<Frame, 'options' | 'memory'> & { readonly state?: ChainState },
): AsyncGenerator<StepEvent, ChainState> {
  const { options } = frame;
  const fresh = nothingFresh(frame.state?.fresh.memory);
  const seed = {
    chain,
    inputs,
    stdin: options.stdin,
    conversation: options.conversation,
    runId: options.runId,
    namespace: '',
    permissions: permissionsIn(chain, frame.state?.permissions),
    memory: {},
  };
  const own = chain.memory.namespace?.fill(scopeOf(createState(seed), input));
  const namespace = options.namespace ?? own ?? frame.state?.namespace ?? namespaceIn(options, chain) ?? 'default';
  if (!chain.uses.memory) return createState({ ...seed, namespace }, fresh);
  const memory = await frame.memory.open(namespace);
  yield { type: 'memory.read', namespace, keys: Object.keys(memory) };
  return createState({ ...seed, namespace, memory }, fresh);
}

/** That of the conversation, unless the chain keeps so many keys only: then it could push out what was said. */
function namespaceIn({ conversation }: RunOptions, { memory }: Chain): string | undefined {
  return memory.max === undefined ? conversation?.namespace : undefined;
}

/** What a chain gives in the end: what a `stop` says, else its `output`, else the last step's text. */
function finalValue(chain: Chain, state: ChainState, outcome: StepOutcome): Json {
  if (outcome.stop?.output !== undefined) return outcome.stop.output;
  if (outcome.stop !== undefined || chain.output === undefined) return outcome.output;
  return chain.output.value(scopeOf(state, outcome.output));
}
