import type { Chain, PermissionSpec } from '../core/chain.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { AssistantMessage, UserMessage } from '../core/message.ts';
import type { Scope, StepView } from '../core/scope.ts';

/** What one chain knows while it runs. A sub-chain has a state of its own; groups share their chain's. */
export interface ChainState {
  readonly chain: Chain;
  readonly inputs: JsonObject;
  readonly stdin: string | undefined;
  readonly runId: string;
  readonly namespace: string;
  /** The chain's own rules, and what the chains around it forbid or ask about. */
  readonly permissions: PermissionSpec;
  /** The run's live view of that namespace. */
  readonly memory: Readonly<Record<string, Json>>;
  /** By id; without a prototype, so that only real ids are found. */
  readonly steps: Record<string, StepView>;
  readonly turns: (readonly [UserMessage, AssistantMessage])[];
  completed: number;
}

export type StateSeed = Pick<ChainState, 'chain' | 'inputs' | 'stdin' | 'runId' | 'namespace' | 'permissions' | 'memory'>;

export function createState(seed: StateSeed): ChainState {
  return { ...seed, steps: Object.create(null), turns: [], completed: 0 };
}

/** A called chain may forbid more than its caller, never less. */
export function permissionsIn(chain: Chain, around: PermissionSpec | undefined): PermissionSpec {
  const { allow, ask, deny } = chain.permissions;
  return { allow, ask: [...(around?.ask ?? []), ...ask], deny: [...(around?.deny ?? []), ...deny] };
}

export function scopeOf(state: ChainState, input: string): Scope {
  return {
    input,
    inputs: state.inputs,
    steps: state.steps,
    memory: state.memory,
    run: { id: state.runId, steps: state.completed },
    ...(state.stdin === undefined ? {} : { stdin: state.stdin }),
  };
}
