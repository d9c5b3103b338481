import type { Step } from '../core/step.ts';
import type { Frame } from './interpret.ts';

/**
 * What of a chain's values came out anew in this run, and not from the record of an earlier one. A step that reads any of
 * them is done again, whatever was recorded of it.
 */
export interface Fresh {
  /** Of steps. */
  readonly ids: Set<string>;
  /** Keys of memory; the chains of a run share them. */
  readonly memory: Set<string>;
  /** The conversation that `history` sends. */
  history: boolean;
}

export function nothingFresh(memory: Set<string> = new Set()): Fresh {
  return { ids: new Set(), memory, history: false };
}

/** Whether anything inside a group ran anew; what is inside tells everything around it. */
export interface Notice {
  fresh: boolean;
  readonly around: Notice | undefined;
}

export function notice(around: Notice | undefined): Notice {
  return { fresh: false, around };
}

export function ranAnew(from: Notice): void {
  for (let each: Notice | undefined = from; each !== undefined; each = each.around) each.fresh = true;
}

/** The frame's parts that say what its steps read. */
type Surroundings = Pick<Frame, 'state' | 'inputFresh' | 'aroundFresh' | 'again'>;

/** The step reads something fresh, by a placeholder, in a condition or implicitly; what a sub-chain is given is read by its step. */
export function readsFresh(step: Step, { state, inputFresh, aroundFresh, again }: Surroundings): boolean {
  const { fresh } = state;
  if (again) return true;
  for (const { root, path } of step.reads) {
    const [name] = path;
    if (root === 'input' && inputFresh) return true;
    if (root === 'steps' && typeof name === 'string' && fresh.ids.has(name)) return true;
    if (root === 'memory' && (name === undefined ? fresh.memory.size > 0 : fresh.memory.has(String(name)))) return true;
    if ((root === 'item' || root === 'index' || root === 'loop') && aroundFresh) return true;
  }
  const { reads = [] } = step.body;
  if (reads.includes('input') && inputFresh) return true;
  if (reads.includes('memory') && fresh.memory.size > 0) return true;
  return reads.includes('history') && fresh.history;
}
