import type { Change } from 'diff';

/** What differs between two texts, as lines for a person: `-` and `+`, changed words marked, a little of what is around. */
export async function differences(before: string, after: string, mostLines = MOST_LINES): Promise<readonly string[]> {
  const { diffLines, diffWordsWithSpace } = await import('diff');
  const changes = diffLines(`${before}\n`, `${after}\n`);
  const lines: string[] = [];
  for (let index = 0; index < changes.length; index += 1) {
    const [change, next] = [changes[index] as Change, changes[index + 1]];
    if (change.removed && next?.added && linesOf(change).length === linesOf(next).length) {
      const added = linesOf(next);
      for (const [row, line] of linesOf(change).entries()) lines.push(...wordsMarked(diffWordsWithSpace(line, added[row] ?? '')));
      index += 1;
    } else if (change.removed || change.added) {
      lines.push(...linesOf(change).map((line) => `${change.removed ? '-' : '+'} ${shortened(line)}`));
    } else lines.push(...around(linesOf(change), index === 0, index === changes.length - 1));
  }
  const left = lines.length - mostLines;
  return left <= 0 ? lines : [...lines.slice(0, mostLines), `… and ${left} more lines`];
}

const MOST_LINES = 40;
/** Unchanged lines before and after a change. */
const AROUND = 2;

function linesOf({ value }: Change): readonly string[] {
  return value.replace(/\n$/, '').split('\n');
}

function around(lines: readonly string[], first: boolean, last: boolean): readonly string[] {
  const kept = AROUND * (first || last ? 1 : 2);
  if (lines.length <= kept) return lines.map(asContext);
  const before = first ? [] : lines.slice(0, AROUND);
  const after = last ? [] : lines.slice(-AROUND);
  return [...before.map(asContext), '  …', ...after.map(asContext)];
}

function asContext(line: string): string {
  return `  ${shortened(line)}`;
}

function wordsMarked(changes: readonly Change[]): readonly string[] {
  const parts = partsOf(changes);
  const before = parts.map(({ before, same }) => (same ? shortened(before) : marked('[-', before, '-]')));
  const after = parts.map(({ after, same }) => (same ? shortened(after) : marked('{+', after, '+}')));
  return [`- ${before.join('')}`, `+ ${after.join('')}`];
}

interface Part {
  readonly before: string;
  readonly after: string;
  readonly same: boolean;
}

/** Changes with nothing but a space between them are one. */
function partsOf(changes: readonly Change[]): readonly Part[] {
  const parts: Part[] = [];
  for (const [index, { value, added, removed }] of changes.entries()) {
    const between = isChange(changes[index - 1]) && isChange(changes[index + 1]) && value.trim() === '';
    const same = !added && !removed && !between;
    const part = { before: added ? '' : value, after: removed ? '' : value, same };
    const last = parts.at(-1);
    if (same || last === undefined || last.same) parts.push(part);
    else parts.splice(-1, 1, { before: last.before + part.before, after: last.after + part.after, same });
  }
  return parts;
}

function isChange(change: Change | undefined): boolean {
  return change?.added === true || change?.removed === true;
}

function marked(open: string, text: string, close: string): string {
  return text === '' ? '' : `${open}${text}${close}`;
}

/** The middle of a long unchanged text says nothing. */
function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST / 2)} … ${text.slice(-LONGEST / 2)}`;
}

const LONGEST = 160;
