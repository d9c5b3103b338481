import { matches } from '../../lib/glob.ts';

/** Answers by name, each to be given any number of times or, from a list, one after the other. */
export interface Script<Entry> {
  /** The stub that one of these names has: exactly, else by the first pattern that fits. */
  find(names: readonly string[]): string | undefined;
  /** Its next entry; undefined at the end of a list. */
  next(name: string): Entry | undefined;
  unused(): readonly string[];
}

export function createScript<Entry>(entries: { readonly [name: string]: Entry | readonly Entry[] }): Script<Entry> {
  const used = new Map<string, number>();
  const patterns = Object.keys(entries).filter((name) => name.includes('*'));
  return {
    find: (names) =>
      names.find((name) => Object.hasOwn(entries, name)) ??
      patterns.find((pattern) => names.some((name) => matches(pattern, name))),
    next(name) {
      const at = used.get(name) ?? 0;
      used.set(name, at + 1);
      const entry = entries[name];
      return Array.isArray(entry) ? (entry as readonly Entry[])[at] : (entry as Entry);
    },
    unused: () => Object.keys(entries).filter((name) => !used.has(name)),
  };
}
