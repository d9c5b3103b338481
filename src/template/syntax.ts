import { ROOTS } from '../core/scope.ts';
import type { CelError } from './cel.ts';
import { readBraces } from './placeholder.ts';
import type { TextProblem } from './problem.ts';

/** A syntax error of a condition in our words; what is written as in another language gets the fix. */
export function syntaxProblem(source: string, error: CelError): TextProblem {
  return braces(source) ?? foreignOperator(source, error.start) ?? plain(source, error);
}

/** `{input}` and `${{ input }}`: conditions read values by name. */
function braces(source: string): TextProblem | undefined {
  for (let at = source.indexOf('{'); at !== -1; at = source.indexOf('{', at + 1)) {
    const found = readBraces(source, at);
    if (found === undefined || !found.closed || !(ROOTS as readonly string[]).includes(found.word)) continue;
    const doubled = source[at - 1] === '{' && source[found.end] === '}';
    const opened = doubled ? at - 1 : at;
    const start = source[opened - 1] === '$' ? opened - 1 : opened;
    const end = doubled ? found.end + 1 : found.end;
    const name = source.slice(found.from, found.to);
    const fix = found.calls.length === 0 ? { fix: { offset: start, length: end - start, text: name } } : {};
    return problem('a condition reads values by name, without braces', start, end - start, `write ${name}`, fix);
  }
  return undefined;
}

const OPERATORS: readonly (readonly [RegExp, string])[] = [
  [/===/y, '=='],
  [/!==/y, '!='],
  [/<>/y, '!='],
  [/=(?!=)/y, '=='],
  [/&(?!&)/y, '&&'],
  [/\|(?!\|)/y, '||'],
  [/and\b/iy, '&&'],
  [/or\b/iy, '||'],
  [/is\b/iy, '=='],
];

function foreignOperator(source: string, position: number): TextProblem | undefined {
  const not = /\bnot\s+$/i.exec(source.slice(Math.max(0, position - 20), position));
  if (not !== null) return operatorProblem(position - not[0].length, not[0], '!');
  for (const at of [position - 2, position - 1, position]) {
    for (const [pattern, ours] of at < 0 ? [] : OPERATORS) {
      pattern.lastIndex = at;
      const written = pattern.exec(source)?.[0];
      if (written !== undefined && at + written.length > position) return operatorProblem(at, written, ours);
    }
  }
  return undefined;
}

function operatorProblem(offset: number, written: string, ours: string): TextProblem {
  const fix = { fix: { offset, length: written.length, text: ours } };
  return problem(`"${written.trim()}" is not an operator of conditions: write "${ours}"`, offset, written.length, undefined, fix);
}

const TOKENS: Readonly<Record<string, string>> = {
  EOF: 'the end',
  LPAREN: '"("',
  RPAREN: '")"',
  LBRACKET: '"["',
  RBRACKET: '"]"',
  LBRACE: '"{"',
  RBRACE: '"}"',
  DOT: '"."',
  COMMA: '","',
  COLON: '":"',
  QUESTION: '"?"',
  IDENTIFIER: 'a name',
  STRING: 'a text',
  NUMBER: 'a number',
};

function plain(source: string, error: CelError): TextProblem {
  const { start, end, summary } = error;
  if (error.code === 'limit_exceeded') {
    return {
      ...problem('this condition is too large', start, end - start, 'move the work into a function step'),
      code: 'PC3207',
    };
  }
  const tokens = /^Expected (\w+), got (\w+)$/.exec(summary);
  if (tokens !== null) {
    const word = source.slice(start, end);
    const help =
      tokens[1] === 'IDENTIFIER' && /^\w+$/.test(word) ? `"${word}" is a word of CEL: as a name, write ["${word}"]` : undefined;
    return problem(`${nameOf(tokens[1])} is missing here: found ${nameOf(tokens[2])}`, start, end - start, help);
  }
  const token = /^Unexpected token: (\w+)$/.exec(summary);
  if (token?.[1] === 'EOF') return problem('the condition ends too early', start, end - start);
  if (token !== null) return problem(`${nameOf(token[1])} does not fit here`, start, end - start);
  if (error.code === 'unexpected_character')
    return problem(`${JSON.stringify(source.slice(start, end))} does not fit here`, start, end - start, 'text goes in quotes');
  return problem(summary.charAt(0).toLowerCase() + summary.slice(1), start, end - start);
}

function nameOf(token: string | undefined): string {
  return TOKENS[token ?? ''] ?? `"${(token ?? '').toLowerCase()}"`;
}

function problem(
  message: string,
  offset: number,
  length: number,
  help?: string,
  more: Pick<TextProblem, 'fix'> = {},
): TextProblem {
  return { code: 'PC3201', severity: 'error', message, offset, length, ...(help === undefined ? {} : { help }), ...more };
}
