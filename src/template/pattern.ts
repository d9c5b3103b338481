import { Script } from 'node:vm';

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

/** Some patterns, such as `(a+)+$`, need longer than anyone's patience for a text of forty characters. */
const PATIENCE_MS = 1000;

/**
 * Whether the pattern is found in the text. Throws when that takes longer than a second: a search that never ends could not
 * even be interrupted from the keyboard, because it leaves no turn to anything else.
 */
export function findsPattern(pattern: string, text: string): boolean {
  const expression = patternOf(pattern);
  try {
    return new Script('expression.test(text)').runInNewContext({ expression, text }, { timeout: PATIENCE_MS }) === true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new Error(`the pattern of matches takes more than ${PATIENCE_MS / 1000} s on this text: avoid repeats of repeats`);
  }
}
