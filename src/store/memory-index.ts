import { HEADER, LINE_FEED, markOf } from './memory-line.ts';

/** Where in a log the lines about a namespace begin. What was looked through for it once is not looked through again. */
export interface LineIndex {
  /** Ascending. The bytes before `end` are those of earlier calls, perhaps with more behind them. */
  startsOf(namespace: string, bytes: Buffer, end: number): readonly number[];
}

export function createIndex(): LineIndex {
  const known = new Map<string, Found>();
  return {
    startsOf(namespace, bytes, end) {
      const found = known.get(namespace) ?? { starts: [], upTo: HEADER.length };
      lookThrough(found, markOf(namespace), bytes.subarray(0, end));
      known.delete(namespace);
      known.set(namespace, found);
      const [oldest] = known.keys();
      if (known.size > MOST_NAMESPACES && oldest !== undefined) known.delete(oldest);
      return found.upTo <= end ? found.starts : found.starts.filter((start) => start < end);
    },
  };
}

/** Of those asked for last: anybody may ask for any number of namespaces that do not exist. */
const MOST_NAMESPACES = 2000;

interface Found {
  readonly starts: number[];
  /** What comes before it was looked through. */
  upTo: number;
}

function lookThrough(found: Found, mark: Buffer, bytes: Buffer): void {
  for (let at = bytes.indexOf(mark, found.upTo); at >= 0; at = bytes.indexOf(mark, found.upTo)) {
    found.starts.push(bytes.lastIndexOf(LINE_FEED, at) + 1);
    found.upTo = bytes.indexOf(LINE_FEED, at) + 1;
  }
  found.upTo = Math.max(found.upTo, bytes.length);
}
