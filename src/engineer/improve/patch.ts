/** A change of a text, small enough to be looked at on its own. */
export interface Hunk {
  /** What is there now; empty to add at the end. */
  readonly search: string;
  readonly replace: string;
  readonly reason: string;
}

export const HUNK_FORMAT = `REASON: one sentence
<<<<<<< SEARCH
lines as they are now
=======
lines as they should be
>>>>>>> REPLACE`;

const HUNK = /^<{5,} SEARCH[ \t]*\n([\s\S]*?)^={5,}[ \t]*\n([\s\S]*?)^>{5,} REPLACE/gm;
const REASON = /^REASON:[ \t]*(.*)$/gm;

/** The hunks of an answer, each with the reason last given before it. */
export function readHunks(answer: string): Hunk[] {
  const reasons = [...answer.matchAll(REASON)];
  return [...answer.matchAll(HUNK)].map(({ 1: search = '', 2: replace = '', index }) => ({
    search: search.replace(/\n$/, ''),
    replace: replace.replace(/\n$/, ''),
    reason: reasons.findLast((reason) => reason.index < index)?.[1]?.trim() ?? '',
  }));
}

/** The text with every hunk applied, or why one cannot be. Spaces at the ends of lines do not matter. */
export function applyHunks(text: string, hunks: readonly Hunk[]): { readonly text: string } | { readonly problem: string } {
  let lines = text.split('\n');
  for (const { search, replace } of hunks) {
    const replacement = replace === '' ? [] : replace.split('\n');
    if (search.trim() === '') {
      lines = [...lines, ...replacement];
      continue;
    }
    const sought = search.split('\n');
    const places = lines.flatMap((_, at) => (sought.every((line, index) => same(line, lines[at + index])) ? [at] : []));
    const [at] = places;
    if (at === undefined) return { problem: `these lines are not in the prompt: ${shown(search)}` };
    if (places.length > 1)
      return { problem: `these lines are in the prompt ${places.length} times, add a line before them: ${shown(search)}` };
    lines = [...lines.slice(0, at), ...replacement, ...lines.slice(at + sought.length)];
  }
  return { text: lines.join('\n') };
}

function same(line: string, other: string | undefined): boolean {
  return other !== undefined && line.trimEnd() === other.trimEnd();
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
