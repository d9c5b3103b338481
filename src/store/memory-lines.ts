import { LINE_FEED } from './memory-line.ts';
import type { Log } from './memory-log.ts';

/** The lines of a store that tell of a namespace. There may be others among them: what they change must be looked at. */
export interface Lines {
  oldestFirst(namespace: string): Iterable<Buffer>;
  newestFirst(namespace: string): Iterable<Buffer>;
}

export function linesIn({ bytes, end, index }: Log): Lines {
  const lineAt = (start: number): Buffer => bytes.subarray(start, bytes.indexOf(LINE_FEED, start) + 1);
  return {
    *oldestFirst(namespace) {
      for (const start of index.startsOf(namespace, bytes, end)) yield lineAt(start);
    },
    *newestFirst(namespace) {
      const starts = index.startsOf(namespace, bytes, end);
      for (let at = starts.length - 1; at >= 0; at -= 1) yield lineAt(starts[at] ?? end);
    },
  };
}

/** With lines that are not in the file yet: the list may grow. */
export function withAdded(lines: Lines, added: readonly Buffer[]): Lines {
  return {
    *oldestFirst(namespace) {
      yield* lines.oldestFirst(namespace);
      yield* added;
    },
    *newestFirst(namespace) {
      yield* added.toReversed();
      yield* lines.newestFirst(namespace);
    },
  };
}
