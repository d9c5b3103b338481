import { StepError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Scope } from '../core/scope.ts';
import type { Expression, Reference } from '../core/template.ts';
import type { CelError, Parsed } from './cel.ts';
import { celError, LIMITS, MATCHES, parseSource, parseTyped, TYPES, variable } from './cel.ts';
import { celInteger, fromCel, toCel } from './cel-value.ts';
import { checkComparisons, isModelText } from './comparisons.ts';
import type { Names, Shape } from './names.ts';
import type { TextProblem } from './problem.ts';
import { readValue, whyMissing } from './read.ts';
import type { ConditionRead, Walked } from './reads.ts';
import { walk } from './reads.ts';
import { syntaxProblem } from './syntax.ts';

export type { Names } from './names.ts';

/** What the place of an expression needs: a condition, the items of a `foreach`, or any value. */
export type ExpressionType = 'bool' | 'list' | 'dyn';

/**
 * Compiles a CEL expression against the names in scope. Never throws: with an error in `problems` there is no expression.
 *
 * Values are read by the rules of templates: own properties only, and null is no value for `has(…)`. Each read is replaced by a
 * variable of its type before CEL sees the expression, so one environment serves every chain, positions stay, and only what is
 * evaluated is read. Numbers are doubles (a whole literal goes with them), except what is declared whole, which is a CEL int.
 */
export function compileExpression(
  source: string,
  type: ExpressionType,
  names: Names,
): { expression?: Expression; problems: TextProblem[] } {
  const early = tooLongOrEmpty(source);
  if (early !== undefined) return { problems: [early] };
  const parsed = parseSource(source);
  if ('error' in parsed) return { problems: [syntaxProblem(source, parsed.error)] };
  const walked = walk(source, parsed.node, names);
  const problems = [...walked.problems, ...checkComparisons(source, parsed.node, walked.shapes)];
  if (problems.length > 0) return { problems: outermost(problems) };
  const { text, variables } = withVariables(source, walked);
  const typed = parseTyped(text);
  if ('error' in typed) return { problems: [typeProblem(typed.error, walked.reads)] };
  const wrong = wrongType(source, typed.type, type);
  if (wrong !== undefined) return { problems: [wrong] };
  const expression = expressionOf(source, type, typed.parsed, walked.reads, variables);
  return { expression: isModelText(parsed.node, walked.shapes) ? { ...expression, modelText: true } : expression, problems: [] };
}

function tooLongOrEmpty(source: string): TextProblem | undefined {
  const place = { severity: 'error', offset: 0, length: 1 } as const;
  if (source.trim() === '') return { ...place, code: 'PC3201', message: 'the condition is empty' };
  if (source.length <= LIMITS.characters) return undefined;
  const message = `this condition has ${source.length} characters: the limit is ${LIMITS.characters}`;
  return { ...place, code: 'PC3207', message, help: 'move the work into a function step' };
}

/** By position, without what lies inside of another problem: mending that one changes it anyway. */
function outermost(problems: readonly TextProblem[]): TextProblem[] {
  let end = -1;
  const sorted = [...problems].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return sorted.filter((problem) => {
    if (problem.offset < end) return false;
    end = problem.offset + problem.length;
    return true;
  });
}

type Variables = ReadonlyMap<string, ConditionRead>;

/** The source with a variable, padded with spaces to the same length, in place of every read. */
function withVariables(source: string, walked: Walked): { text: string; variables: Variables } {
  const variables = new Map<string, ConditionRead>();
  const known = new Map<string, string>();
  const edits = walked.matches.map((at) => ({ start: at, end: at + MATCHES.length, name: MATCHES }));
  for (const read of walked.reads) {
    const type = read.asks ? 'b' : letterOf(read.found.shape);
    const key = JSON.stringify([read.asks, type, read.reference.root, read.reference.path]);
    const name = known.get(key) ?? nameFor(type, variables, walked.locals);
    known.set(key, name);
    variables.set(name, read);
    edits.push({ start: read.start, end: read.end, name });
  }
  let text = '';
  let done = 0;
  for (const { start, end, name } of edits.sort((a, b) => a.start - b.start)) {
    text += source.slice(done, start) + name.padEnd(end - start);
    done = end;
  }
  return { text: text + source.slice(done), variables };
}

function nameFor(type: keyof typeof TYPES, taken: Variables, locals: ReadonlySet<string>): string {
  let number = taken.size;
  while (locals.has(variable(type, number)) || taken.has(variable(type, number))) number++;
  return variable(type, number);
}

function letterOf(shape: Shape): keyof typeof TYPES {
  switch (shape.type) {
    case 'string':
    case 'choice':
      return 's';
    case 'boolean':
      return 'b';
    case 'integer':
      return 'i';
    case 'map':
      return 'm';
    case 'list':
      return shape.items?.type === 'string' ? 'q' : 'l';
    default:
      return 'd';
  }
}

function typeProblem({ summary, start, end }: CelError, reads: readonly ConditionRead[]): TextProblem {
  const last = reads.find((read) => read.start < end && end <= read.end)?.end ?? end;
  return { code: 'PC3202', severity: 'error', message: inOurWords(summary), offset: start, length: Math.max(1, last - start) };
}

function inOurWords(summary: string): string {
  const text = summary
    .replaceAll(MATCHES, 'matches')
    .replaceAll('dyn<double>', 'a number')
    .replaceAll(/dyn<(\w+)>/g, '$1');
  const operand = /^logical operator requires bool operands, got '(.+)'$/i.exec(text)?.[1];
  if (operand !== undefined) return `"!", "&&" and "||" need true or false, and this is ${NOUNS[operand] ?? operand}`;
  const operator = /^no such overload: (.+)$/.exec(text)?.[1];
  if (operator !== undefined) return `these do not go together: ${operator}`;
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function wrongType(source: string, given: string, wanted: ExpressionType): TextProblem | undefined {
  if (wanted === 'dyn' || given.startsWith('dyn') || given === wanted || (wanted === 'list' && given.startsWith('list')))
    return undefined;
  const help = given === 'string' ? 'compare it, or look into it with contains("…") or matches("…")' : 'compare it with a value';
  return {
    code: 'PC3203',
    severity: 'error',
    message: `${wanted === 'bool' ? 'a condition must be true or false' : 'a list is needed here'}: this is ${NOUNS[given] ?? given}`,
    offset: 0,
    length: source.length,
    ...(wanted === 'bool' ? { help } : {}),
  };
}

const NOUNS: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a number',
  double: 'a number',
  bool: 'true or false',
  map: 'a map',
};

function expressionOf(
  source: string,
  type: ExpressionType,
  parsed: Parsed,
  reads: readonly ConditionRead[],
  variables: Variables,
): Expression {
  const values = valuesOf(source, reads);
  return {
    source,
    references: referencesOf(reads),
    ...(values === undefined ? {} : { values }),
    evaluate: (scope) => resultOf(source, type, evaluate(source, parsed, new Values(scope, source, variables))),
    reads: (scope) =>
      Object.fromEntries(
        reads.map(({ reference }) => [writtenAs(source, reference), readValue(scope, reference.root, reference.path) ?? null]),
      ),
  };
}

function valuesOf(source: string, [read, second]: readonly ConditionRead[]): readonly string[] | undefined {
  if (read === undefined || second !== undefined || read.asks || source.slice(read.start, read.end) !== source.trim())
    return undefined;
  const { shape } = read.found;
  return shape.type === 'boolean' ? ['true', 'false'] : shape.type === 'choice' ? shape.options : undefined;
}

/** A read is optional when `has` asks about it, or about what it is part of, or the status of its step is asked for. */
function referencesOf(reads: readonly ConditionRead[]): Reference[] {
  const guards = reads
    .filter((read) => read.asks || isStatus(read.reference))
    .map(({ reference }) => (isStatus(reference) ? { ...reference, path: reference.path.slice(0, 1) } : reference));
  return reads.map(({ reference }) => ({ ...reference, optional: guards.some((guard) => covers(guard, reference)) }));
}

function isStatus({ root, path }: Reference): boolean {
  return root === 'steps' && path[1] === 'status';
}

function covers(guard: Reference, reference: Reference): boolean {
  return guard.root === reference.root && guard.path.every((part, index) => part === reference.path[index]);
}

function writtenAs(source: string, { offset, length }: Reference): string {
  return source.slice(offset, offset + length).replace(/\s+/g, '');
}

/** The values of the variables, read from the scope when CEL asks for them. */
class Values extends Map<string, unknown> {
  readonly #scope: Scope;
  readonly #source: string;
  readonly #variables: Variables;

  constructor(scope: Scope, source: string, variables: Variables) {
    super();
    this.#scope = scope;
    this.#source = source;
    this.#variables = variables;
  }

  override get(name: string): unknown {
    const read = this.#variables.get(name);
    if (read === undefined || this.has(name)) return super.get(name);
    const value = valueOfRead(this.#source, read, this.#scope);
    this.set(name, value);
    return value;
  }

  writtenAs(name: string): string | undefined {
    const read = this.#variables.get(name);
    return read === undefined ? undefined : writtenAs(this.#source, read.reference);
  }
}

function valueOfRead(source: string, read: ConditionRead, scope: Scope): unknown {
  const { root, path } = read.reference;
  const value = readValue(scope, root, path);
  if (read.asks) return value !== undefined && value !== null;
  const written = writtenAs(source, read.reference);
  if (value === undefined || (value === null && letterOf(read.found.shape) !== 'd')) {
    throw failure(
      source,
      `${written} has no value: ${whyMissing(scope, root, path)}`,
      `ask first whether it is there: has(${written}) && …`,
    );
  }
  const cel = read.found.shape.type === 'integer' ? celInteger(value) : toCel(value);
  if (!fits(cel, letterOf(read.found.shape)))
    throw failure(source, `${written} is not ${TYPES[letterOf(read.found.shape)]}: it is ${JSON.stringify(value).slice(0, 80)}`);
  return cel;
}

function fits(value: unknown, type: keyof typeof TYPES): boolean {
  switch (type) {
    case 's':
      return typeof value === 'string';
    case 'b':
      return typeof value === 'boolean';
    case 'i':
      return typeof value === 'bigint';
    case 'm':
      return value instanceof Map;
    case 'l':
    case 'q':
      return Array.isArray(value);
    case 'd':
      return true;
  }
}

function evaluate(source: string, parsed: Parsed, values: Values): Json | undefined {
  try {
    return fromCel(parsed(values as never));
  } catch (error) {
    if (error instanceof StepError) throw error;
    const [name] = [...values].find(([, value]) => value === null) ?? [];
    const written = name === undefined ? undefined : values.writtenAs(name);
    const help =
      written === undefined ? undefined : `${written} is null here: ask first whether it has a value: has(${written}) && …`;
    const why = error instanceof RangeError ? 'a value is nested too deep' : inOurWords(celError(error, source).summary);
    throw failure(source, why, help, error);
  }
}

function resultOf(source: string, type: ExpressionType, value: Json | undefined): Json {
  if (value === undefined) throw failure(source, 'its result has no JSON form');
  if (type === 'bool' && typeof value !== 'boolean') throw wrongResult(source, 'true or false', value);
  if (type === 'list' && !Array.isArray(value)) throw wrongResult(source, 'a list', value);
  return value;
}

function wrongResult(source: string, wanted: string, value: Json): StepError {
  return new StepError(`${shown(source)} must give ${wanted}, and gave ${JSON.stringify(value).slice(0, 80)}`, {
    code: 'PC3211',
    reason: 'condition',
  });
}

function failure(source: string, why: string, help?: string, cause?: unknown): StepError {
  return new StepError(`${shown(source)} cannot be evaluated: ${why}`, { code: 'PC3210', reason: 'condition', help, cause });
}

function shown(source: string): string {
  const line = source.replace(/\s+/g, ' ').trim();
  return `condition "${line.length > 200 ? `${line.slice(0, 199)}…` : line}"`;
}
