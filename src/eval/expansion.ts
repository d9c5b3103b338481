import type { JsonObject } from '../core/json.ts';

/** One set of vars for each combination of the values of vars that are lists. */
export function expandVars(vars: JsonObject): readonly JsonObject[] {
  let sets: readonly JsonObject[] = [{}];
  for (const [name, value] of Object.entries(vars)) {
    const values = Array.isArray(value) ? value : [value];
    sets = sets.flatMap((set) => values.map((each) => ({ ...set, [name]: each })));
    if (sets.length > MOST_SETS) return sets.slice(0, MOST_SETS + 1);
  }
  return sets;
}

export const MOST_SETS = 10_000;
