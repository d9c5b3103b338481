import type { Problem } from '../core/problem.ts';

/** The sources with the keys that are written in them covered: a frame shows where a key is, and not the key. */
export function hideKeys(problems: readonly Problem[], sources: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const covered = new Map(sources);
  for (const { code, position } of problems) {
    const text = covered.get(position.file);
    if (code !== KEY_IN_FILE || text === undefined) continue;
    const start = offsetOf(text, position.line) + position.column - 1;
    const end = start + (position.length ?? 1);
    covered.set(position.file, text.slice(0, start) + '*'.repeat(end - start) + text.slice(end));
  }
  return covered;
}

/** A key or secret stands in the file as it is. */
const KEY_IN_FILE = 'PC1112';

/** Of the first character of a line; columns do not count a byte order mark. */
function offsetOf(text: string, line: number): number {
  let offset = text.startsWith('\ufeff') && line === 1 ? 1 : 0;
  for (let number = 1; number < line; number += 1) offset = text.indexOf('\n', offset) + 1;
  return offset;
}
