import { ToolError } from '../core/errors.ts';
import { nearest } from '../lib/nearest.ts';
import { CONSTANTS, FUNCTIONS } from './arithmetic-functions.ts';
import { add, divide, multiply, negate, power, remainder, subtract } from './arithmetic-operators.ts';
import { type Exact, fraction } from './exact.ts';

/**
 * The value of an arithmetic expression. `^` binds tightest and to the right, then the sign, then `* / %`, then `+ -`. Throws
 * `ToolError` that names the character where it stops to make sense, or says why there is no value.
 */
export function evaluate(source: string): Exact {
  const parser = { tokens: tokensOf(source), at: 0, depth: 0 };
  const value = sum(parser);
  const rest = peek(parser);
  if (rest.kind !== 'end') throw unexpected(rest, 'an operator');
  return value;
}

interface Token {
  readonly kind: 'number' | 'name' | 'sign' | 'end';
  readonly text: string;
  /** Of its first character, from 1. */
  readonly column: number;
}

interface Parser {
  readonly tokens: readonly Token[];
  at: number;
  depth: number;
}

const TOKEN =
  /\s*(?:(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>[A-Za-z_][A-Za-z_0-9]*)|(?<sign>\*\*|[-+*/%^(),×·÷−]))/y;
const SAME_SIGN = new Map([
  ['**', '^'],
  ['×', '*'],
  ['·', '*'],
  ['÷', '/'],
  ['−', '-'],
]);
const DEEPEST = 200;

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  const text = source.trimEnd();
  const scanner = new RegExp(TOKEN);
  while (scanner.lastIndex < text.length) {
    const from = scanner.lastIndex;
    const found = scanner.exec(text);
    if (found === null) throw unknownCharacter(text, from);
    const { number, name, sign = '' } = found.groups ?? {};
    const word = number ?? name ?? sign;
    const kind = number !== undefined ? 'number' : name !== undefined ? 'name' : 'sign';
    tokens.push({ kind, text: SAME_SIGN.get(word) ?? word, column: scanner.lastIndex - word.length + 1 });
  }
  return [...tokens, { kind: 'end', text: 'the end', column: text.length + 1 }];
}

function peek({ tokens, at }: Parser): Token {
  return tokens[at] ?? { kind: 'end', text: 'the end', column: 1 };
}

function take(parser: Parser, ...signs: readonly string[]): Token | undefined {
  const token = peek(parser);
  if (token.kind !== 'sign' || !signs.includes(token.text)) return undefined;
  parser.at += 1;
  return token;
}

function sum(parser: Parser): Exact {
  let value = product(parser);
  for (let sign = take(parser, '+', '-'); sign !== undefined; sign = take(parser, '+', '-')) {
    const right = product(parser);
    value = checked(sign.text === '+' ? add(value, right) : subtract(value, right), sign);
  }
  return value;
}

function product(parser: Parser): Exact {
  let value = signed(parser);
  for (let sign = take(parser, '*', '/', '%'); sign !== undefined; sign = take(parser, '*', '/', '%')) {
    const right = signed(parser);
    const operate = sign.text === '*' ? multiply : sign.text === '/' ? divide : remainder;
    value = checked(operate(value, right), sign);
  }
  return value;
}

function signed(parser: Parser): Exact {
  parser.depth += 1;
  if (parser.depth > DEEPEST) throw wrong(`is nested more than ${DEEPEST} deep`);
  const sign = take(parser, '-', '+');
  const value = sign === undefined ? powered(parser) : sign.text === '-' ? negate(signed(parser)) : signed(parser);
  parser.depth -= 1;
  return value;
}

function powered(parser: Parser): Exact {
  const base = operand(parser);
  const sign = take(parser, '^');
  return sign === undefined ? base : checked(power(base, signed(parser)), sign);
}

function operand(parser: Parser): Exact {
  const token = peek(parser);
  parser.at += 1;
  if (token.kind === 'number') return numberOf(token);
  if (token.kind === 'name') return named(parser, token);
  if (token.kind !== 'sign' || token.text !== '(') throw unexpected(token);
  const value = sum(parser);
  if (take(parser, ')') === undefined) throw unexpected(peek(parser), 'a closing bracket');
  return value;
}

/** `1.25e3` is exactly 125 × 10. */
function numberOf(token: Token): Exact {
  const [mantissa = '', exponent = '0'] = token.text.toLowerCase().split('e');
  const [whole = '', part = ''] = mantissa.split('.');
  const power = Number(exponent) - part.length;
  if (Math.abs(power) > 1_000) throw wrong(`has a number out of range: ${token.text} at character ${token.column}`);
  const digits = BigInt(whole + part);
  return power < 0 ? fraction(digits, 10n ** BigInt(-power)) : fraction(digits * 10n ** BigInt(power), 1n);
}

function named(parser: Parser, token: Token): Exact {
  const name = token.text.toLowerCase();
  const constant = Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : undefined;
  if (constant !== undefined) return constant;
  const found = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (found === undefined) throw unknownName(token);
  if (take(parser, '(') === undefined) throw unexpected(peek(parser), `"(" after ${name}`);
  const args: Exact[] = [];
  if (take(parser, ')') === undefined) {
    do args.push(sum(parser));
    while (take(parser, ',') !== undefined);
    if (take(parser, ')') === undefined) throw unexpected(peek(parser), 'a comma or a closing bracket');
  }
  if (args.length < found.least || args.length > found.most) {
    const wanted = found.least === found.most ? `${found.least}` : `${found.least} or more`;
    throw wrong(`gives ${name} ${args.length} numbers where it takes ${found.most === 2 ? '1 or 2' : wanted}`);
  }
  return checked(found.of(args), token);
}

function checked(value: Exact | string, { text, column }: Token): Exact {
  if (typeof value === 'string') throw wrong(`has no value: ${value} ("${text}" at character ${column})`);
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  throw wrong(
    `has no value: the result of "${text}" at character ${column} is ${Number.isNaN(value) ? 'undefined' : 'too large'}`,
  );
}

function unknownName({ text, column }: Token): ToolError {
  const names = [...Object.keys(FUNCTIONS), ...Object.keys(CONSTANTS)];
  const near = nearest(text, names);
  return wrong(
    `has the unknown name "${text}" at character ${column}`,
    near === undefined ? `known names: ${names.join(', ')}` : `did you mean "${near}"?`,
  );
}

function unexpected({ kind, text, column }: Token, wanted = 'a number'): ToolError {
  const what = kind === 'end' ? 'ends' : `has "${text}" at character ${column}`;
  return wrong(`${what} where ${wanted} belongs`, text === ',' ? 'numbers are written without thousands separators' : undefined);
}

function unknownCharacter(text: string, from: number): ToolError {
  const at = from + (text.slice(from).length - text.slice(from).trimStart().length);
  const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
  return wrong(`has ${JSON.stringify(char)} at character ${at + 1}, which is neither a number, a name nor an operator`);
}

function wrong(problem: string, help?: string): ToolError {
  return new ToolError(`the expression ${problem}`, { code: 'PC7045', reason: 'tool', help });
}
