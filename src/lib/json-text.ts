import type { Json } from '../core/json.ts';

/** The JSON value in a model's answer: the whole of it, a fenced block, or the outermost object or list between other words. */
export function jsonIn(text: string): { readonly value: Json } | undefined {
  const whole = text.trim();
  const fenced = [...whole.matchAll(/```(?:json)?\s*\n([\s\S]*?)\n\s*```/g)].at(-1)?.[1];
  for (const candidate of [whole, fenced, between(whole, '{', '}'), between(whole, '[', ']')]) {
    if (candidate === undefined) continue;
    try {
      return { value: JSON.parse(candidate) as Json };
    } catch {
      // The next candidate may be one.
    }
  }
  return undefined;
}

function between(text: string, open: string, close: string): string | undefined {
  const [start, end] = [text.indexOf(open), text.lastIndexOf(close)];
  return start === -1 || end <= start ? undefined : text.slice(start, end + 1);
}
