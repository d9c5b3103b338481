import { scan } from '../template/scan.ts';

/** A text with what nobody may change replaced by tokens such as `⟦P1⟧`. */
export interface Masked {
  readonly text: string;
  /** What stands for what; equal parts share a token. */
  readonly tokens: ReadonlyMap<string, string>;
}

/**
 * Placeholders, code between fences, foreign `{{placeholders}}` and what stands between `<!-- keep -->` and `<!-- /keep -->`
 * become tokens, so that a model that rewrites the text can move but not reword them. What `like` hides has its token there.
 * Without `protect` code is open to changes.
 */
export function mask(text: string, like?: Masked, protect = true): Masked {
  const tokens = new Map(like?.tokens);
  const tokenOf = new Map([...tokens].map(([token, part]) => [part, token]));
  const hide = (part: string): string => {
    const token = tokenOf.get(part) ?? `⟦P${tokens.size + 1}⟧`;
    tokenOf.set(part, token);
    tokens.set(token, part);
    return token;
  };
  const kept = text.replace(KEPT, hide);
  let masked = (protect ? kept.replace(NUMBERED, hide).replace(FENCED, hide) : kept).replace(FOREIGN, hide);
  for (const slot of slotsOf(masked)) masked = masked.replaceAll(slot, hide(slot));
  return { text: masked, tokens };
}

const KEPT = /<!-- keep -->[\s\S]*?<!-- \/keep -->/g;
/** `${1}text${1}`, as the prompts of other tools mark what is not to be touched. */
const NUMBERED = /\$\{(\d+)\}[\s\S]*?\$\{\1\}/g;
const FENCED = /^(`{3,}|~{3,})[^\n]*\n(?:[\s\S]*?\n)?\1[ \t]*$/gm;
const FOREIGN = /\{\{[^{}\n]*\}\}/g;
const TOKEN = /⟦P\d+⟧/g;

/** The text with its tokens put back, or what is wrong with them. */
export function unmask(text: string, { text: before, tokens }: Masked): { readonly text: string } | { readonly problem: string } {
  const counts = countsOf(text.match(TOKEN) ?? []);
  const expected = countsOf(before.match(TOKEN) ?? []);
  for (const token of new Set([...expected.keys(), ...counts.keys()])) {
    const [had = 0, has = 0] = [expected.get(token), counts.get(token)];
    if (had === has) continue;
    if (had === 0) return { problem: `${token} stands for nothing` };
    return {
      problem: `${token} has to occur ${had === 1 ? 'once' : `${had} times`}, and occurs ${has === 0 ? 'not at all' : `${has} times`}`,
    };
  }
  const added = slotsOf(text)[0] ?? text.match(FOREIGN)?.[0];
  if (added !== undefined) return { problem: `the placeholder ${added} was added` };
  return { text: text.replace(TOKEN, (token) => tokens.get(token) ?? token) };
}

function slotsOf(text: string): string[] {
  return scan(text).parts.flatMap((part) => (typeof part === 'string' ? [] : [part.text]));
}

function countsOf(tokens: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}
