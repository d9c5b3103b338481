import type { ASTNode, ParseResult } from '@marcbachmann/cel-js';
import { Environment } from '@marcbachmann/cel-js';
import { findsPattern } from './pattern.ts';

export type Node = ASTNode;
export type Parsed = ParseResult;

/** A syntax or type error of the library, with its place in the source. */
export interface CelError {
  readonly code: string;
  readonly summary: string;
  readonly start: number;
  readonly end: number;
}

export const LIMITS = { characters: 4000, nodes: 1000, depth: 60 } as const;

/** `matches` under a name of the same length: the library's own does not know RE2's `(?i)`. */
export const MATCHES = 're_test';

/** `loop` under a name of the same length: the library reserves the word. */
const LOOP = 'lo_p';

/** Parses a condition as its author wrote it. Positions are those of the source; the words of names stand there, not in the tree. */
export function parseSource(source: string): { node: Node } | { error: CelError } {
  const renamed = source.includes('loop') ? source.replace(WORDS, (word) => (word === 'loop' ? LOOP : word)) : source;
  try {
    return { node: environment().parse(renamed).ast };
  } catch (error) {
    return { error: celError(error, source) };
  }
}

/** Parses and type-checks a condition whose reads are replaced by variables: see `variable`. */
export function parseTyped(source: string): { parsed: Parsed; type: string } | { error: CelError } {
  try {
    const parsed = environment().parse(source);
    const checked = parsed.check();
    return checked.valid ? { parsed, type: checked.type ?? 'dyn' } : { error: celError(checked.error, source) };
  } catch (error) {
    return { error: celError(error, source) };
  }
}

/** What the library threw, also while evaluating. */
export function celError(error: unknown, source: string): CelError {
  const { code, summary, range } = error as { code?: string; summary?: string; range?: { start: number; end: number } };
  const message = summary ?? (error instanceof Error ? error.message : String(error));
  const start = Math.min(range?.start ?? 0, Math.max(0, source.length - 1));
  return {
    code: code ?? 'error',
    summary: message,
    start,
    end: Math.max(start + 1, Math.min(range?.end ?? source.length, source.length)),
  };
}

/** The parts of a node that are expressions themselves. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'map':
      return node.args.flat();
    case '.':
    case '.?':
      return [node.args[0]];
    default:
      return (Array.isArray(node.args) ? node.args : [node.args]) as Node[];
  }
}

/** The types a read can have, by the letter its variables start with. */
export const TYPES = {
  s: 'string',
  b: 'bool',
  i: 'int',
  d: 'dyn',
  l: 'list',
  q: 'list<string>',
  m: 'map',
} as const;

/** A variable of a type, at most three characters long for numbers below 1296, so that it fits where the shortest read stood. */
export function variable(type: keyof typeof TYPES, number: number): string {
  const name = `${type}${number.toString(36)}`;
  if (!environment().hasVariable(name)) environment().registerVariable(name, TYPES[type]);
  return name;
}

/** Whether an identifier is one of the language's own, such as the type `int`. */
export function isConstant(identifier: string): boolean {
  return CONSTANTS.has(identifier);
}

/** The functions `f(x)`, or the methods `x.f()`, a condition can call. */
export function functionNames(method: boolean): ReadonlySet<string> {
  callable ??= callables();
  return method ? callable.methods : callable.functions;
}

/** Strings and comments are skipped whole; `.loop` is a field. */
const WORDS = /\/\/.*|("""|'''|["'])(?:\\[\s\S]|(?!\1)[\s\S])*(?:\1|$)|(?<!\.\s*)\bloop\b/g;

const CONSTANTS: ReadonlySet<string> = new Set([
  'string',
  'bool',
  'int',
  'uint',
  'double',
  'map',
  'list',
  'bytes',
  'null_type',
  'type',
  'cel',
]);

let shared: Environment | undefined;
let callable: { functions: ReadonlySet<string>; methods: ReadonlySet<string> } | undefined;

/** One for all conditions, made when the first is compiled: its variables say nothing of any chain. */
function environment(): Environment {
  shared ??= makeEnvironment();
  return shared;
}

function callables(): { functions: ReadonlySet<string>; methods: ReadonlySet<string> } {
  const { functions } = environment().getDefinitions();
  const names = (method: boolean) =>
    functions.filter((each) => (each.receiverType !== null) === method && each.name !== MATCHES).map((each) => each.name);
  return { functions: new Set(names(false)), methods: new Set(names(true)) };
}

function makeEnvironment(): Environment {
  const made = new Environment({
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: LIMITS.nodes, maxDepth: LIMITS.depth, maxListElements: 500, maxMapEntries: 100 },
  });
  made.registerFunction(`string.${MATCHES}(string): bool`, (text: string, pattern: string) => findsPattern(pattern, text));
  // JSON has one kind of number: whole literals go together with it.
  for (const [operator, compute] of ARITHMETIC) {
    made.registerOperator(`int ${operator} double: double`, (a: bigint, b: number) => compute(Number(a), b));
    made.registerOperator(`double ${operator} int: double`, (a: number, b: bigint) => compute(a, Number(b)));
  }
  made.registerOperator('double == int: bool', (a: number, b: bigint) => a === Number(b));
  made.registerOperator('double % double: double', (a: number, b: number) => a % b);
  return made;
}

const ARITHMETIC: readonly (readonly [string, (a: number, b: number) => number])[] = [
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['/', (a, b) => a / b],
  ['%', (a, b) => a % b],
];
