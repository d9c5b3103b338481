/**
 * The regular expression for a pattern of `matches`, which finds it anywhere in the text. RE2's flags at the start, `(?i)`,
 * `(?s)` and `(?m)`, are understood. Throws `SyntaxError`.
 */
export function patternOf(pattern: string): RegExp {
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const body = pattern.slice(flags?.[0].length ?? 0);
  const given = [...new Set(flags?.[1] ?? '')].join('');
  try {
    return new RegExp(body, `${given}u`);
  } catch {
    return new RegExp(body, given);
  }
}
