import type { Chain } from '../core/chain.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { ChatTurn } from '../core/message.ts';
import type { ConversationSoFar } from '../core/run.ts';
import type { Scope, StepView } from '../core/scope.ts';
import type { ScopeRules } from '../core/tool.ts';
import { transcriptOf } from '../lib/transcript.ts';
import { type Fresh, nothingFresh } from './fresh.ts';

/** What one chain knows while it runs. A sub-chain has a state of its own; groups share their chain's, branches have copies. */
export interface ChainState {
  readonly chain: Chain;
  readonly inputs: JsonObject;
  readonly stdin: string | undefined;
  /** Of the conversation that the run is a turn of: what was said before, as text, and who speaks. */
  readonly history: string;
  readonly user: string;
  readonly runId: string;
  readonly namespace: string;
  /** The chain's own rules, and what the chains around it forbid or ask about. */
  readonly permissions: ScopeRules;
  /** The run's live view of that namespace. */
  readonly memory: Readonly<Record<string, Json>>;
  /** By id; without a prototype, so that only real ids are found. */
  readonly steps: Record<string, StepView>;
  /** What `history` sends: the conversation so far, then the chain's own prompt steps. */
  readonly turns: ChatTurn[];
  readonly fresh: Fresh;
  completed: number;
}

export interface StateSeed
  extends Pick<ChainState, 'chain' | 'inputs' | 'stdin' | 'runId' | 'namespace' | 'permissions' | 'memory'> {
  readonly conversation: ConversationSoFar | undefined;
}

export function createState({ conversation, ...seed }: StateSeed, fresh: Fresh = nothingFresh()): ChainState {
  const { turns = [], user = '' } = conversation ?? {};
  return { ...seed, history: transcriptOf(turns), user, steps: Object.create(null), turns: [...turns], fresh, completed: 0 };
}

/** A copy for a branch; what the branch adds to it is brought back by `joinState`. */
export function forkState(state: ChainState, memory: ChainState['memory']): ChainState {
  const { ids, memory: keys, history } = state.fresh;
  return {
    ...state,
    memory,
    steps: Object.assign(Object.create(null), state.steps),
    turns: [...state.turns],
    fresh: { ids: new Set(ids), memory: new Set(keys), history },
  };
}

/** `before` is what the branch began with: the count of turns and of completed steps. */
export function joinState(
  state: ChainState,
  branch: ChainState,
  before: { readonly turns: number; readonly completed: number },
): void {
  Object.assign(state.steps, branch.steps);
  state.turns.push(...branch.turns.slice(before.turns));
  state.completed += branch.completed - before.completed;
  for (const id of branch.fresh.ids) state.fresh.ids.add(id);
  for (const key of branch.fresh.memory) state.fresh.memory.add(key);
  state.fresh.history ||= branch.fresh.history;
}

/** A called chain may forbid more than its caller, never less. */
export function permissionsIn({ permissions }: Chain, around: ScopeRules | undefined): ScopeRules {
  return around === undefined ? permissions : { ...permissions, around };
}

/** What the loops around a step give it. */
export type Around = Pick<Scope, 'item' | 'index' | 'loop'>;

export function scopeOf(state: ChainState, input: string, around: Around = {}): Scope {
  return {
    input,
    inputs: state.inputs,
    steps: state.steps,
    memory: state.memory,
    run: { id: state.runId, steps: state.completed },
    history: state.history,
    user: state.user,
    ...(state.stdin === undefined ? {} : { stdin: state.stdin }),
    ...around,
  };
}
