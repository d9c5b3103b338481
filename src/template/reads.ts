import type { Root } from '../core/scope.ts';
import { ROOTS } from '../core/scope.ts';
import type { Reference } from '../core/template.ts';
import type { Node } from './cel.ts';
import { childrenOf, functionNames, isConstant } from './cel.ts';
import { readProblem } from './check.ts';
import type { Names } from './names.ts';
import { patternOf } from './pattern.ts';
import type { TextProblem } from './problem.ts';
import { scan } from './scan.ts';
import type { Found } from './shape.ts';
import { shapeOf } from './shape.ts';
import { hinted, unknownFunction, unknownName } from './unknown.ts';

/** One place where a condition reads a value; `asks` when it is `has(…)`, whose whole call is the place then. */
export interface ConditionRead {
  readonly reference: Reference;
  readonly found: Exclude<Found, { wrong: unknown }>;
  readonly start: number;
  readonly end: number;
  readonly asks: boolean;
}

export interface Walked {
  readonly reads: readonly ConditionRead[];
  /** Where the method name `matches` stands. */
  readonly matches: readonly number[];
  /** Variables of `all`, `exists`, `map`, `filter` and `cel.bind`. */
  readonly locals: ReadonlySet<string>;
  readonly problems: readonly TextProblem[];
  /** What is known of the value that a part of the condition reads. */
  readonly shapes: ReadonlyMap<Node, Exclude<Found, { wrong: unknown }>>;
}

/** Finds everything a parsed condition reads and calls, and what is wrong with it before any type is looked at. */
export function walk(source: string, root: Node, names: Names): Walked {
  const reads: ConditionRead[] = [];
  const matches: number[] = [];
  const allLocals = new Set<string>();
  const problems: TextProblem[] = [];
  const shapes = new Map<Node, Exclude<Found, { wrong: unknown }>>();

  const visit = (node: Node, locals: ReadonlySet<string>): void => {
    if (node.op === 'value') text(node);
    else if (node.op === 'id' || node.op === '.' || node.op === '[]') access(node, locals);
    else if (node.op === 'call') call(node, locals);
    else if (node.op === 'rcall') method(node, locals);
    else for (const child of childrenOf(node)) visit(child, locals);
  };

  const text = (node: Node): void => {
    if (typeof node.args !== 'string') return;
    const slot = scan(node.args).parts.find((part) => typeof part === 'object');
    if (slot === undefined || typeof slot === 'string') return;
    const path = slot.text.slice(1, -1);
    problems.push(
      error(
        'PC3206',
        node,
        `a text in a condition has no placeholders: ${slot.text} stands for itself`,
        `read the value by its name: ${path}`,
      ),
    );
  };

  const access = (node: Node, locals: ReadonlySet<string>): void => {
    const chain = chainOf(node);
    for (const index of chain.indexes) if (index.op !== 'value') visit(index, locals);
    if (chain.base.op !== 'id') {
      visit(chain.base, locals);
      return;
    }
    const word = source.slice(chain.base.start, chain.base.end);
    if (locals.has(chain.base.args) || isConstant(word)) return;
    if (!isRoot(word)) problems.push(unknownName(chain.base, word, names, locals));
    else read(node, chain, word, false, { start: chain.base.start, end: chain.end });
  };

  const read = (node: Node, chain: Chain, word: Root, asks: boolean, place: { start: number; end: number }): void => {
    const reference: Reference = {
      root: word,
      path: chain.path,
      offset: chain.base.start,
      length: chain.end - chain.base.start,
      optional: asks,
    };
    if (/[()]/.test(bare(source.slice(chain.base.start, chain.end)))) {
      problems.push(error('PC3206', node, 'a name in parentheses cannot be read further', 'leave the parentheses out'));
      return;
    }
    const found = shapeOf(word, chain.path, names);
    if ('wrong' in found) problems.push(hinted(source, readProblem(source, reference, found.wrong), names));
    else {
      reads.push({ reference, found, asks, ...place });
      if (chain.whole) shapes.set(node, found);
    }
  };

  const call = (node: Node & { op: 'call' }, locals: ReadonlySet<string>): void => {
    const [name, args] = node.args;
    const [only] = args;
    if (name === 'has' && only !== undefined && args.length === 1) {
      const chain = chainOf(only);
      const word = chain.base.op === 'id' ? source.slice(chain.base.start, chain.base.end) : '';
      if (chain.whole && isRoot(word) && chain.base.op === 'id' && !locals.has(chain.base.args)) {
        read(only, chain, word, true, node);
        return;
      }
    } else if (!functionNames(false).has(name)) problems.push(unknownFunction(source, node));
    for (const each of args) visit(each, locals);
  };

  const method = (node: Node & { op: 'rcall' }, locals: ReadonlySet<string>): void => {
    const [name, receiver, args] = node.args;
    visit(receiver, locals);
    if (!functionNames(true).has(name)) problems.push(unknownFunction(source, node));
    if (name === 'matches') pattern(node);
    const variable = args[0];
    const binds = (MACROS.has(name) || name === 'bind') && args.length > 1 && variable?.op === 'id';
    if (!binds) {
      for (const each of args) visit(each, locals);
      return;
    }
    allLocals.add(variable.args);
    const inner = new Set([...locals, variable.args]);
    for (const [position, each] of args.slice(1).entries()) visit(each, name === 'bind' && position === 0 ? locals : inner);
  };

  const pattern = (node: Node & { op: 'rcall' }): void => {
    const [, receiver, [only]] = node.args;
    if (only === undefined) return;
    matches.push(receiver.end + source.slice(receiver.end, only.start).lastIndexOf('matches'));
    if (only.op !== 'value' || typeof only.args !== 'string') {
      problems.push(
        error('PC3208', only, 'the pattern of matches must be a text in quotes', 'to look for a value, use contains'),
      );
      return;
    }
    try {
      patternOf(only.args);
    } catch (thrown) {
      problems.push(
        error(
          'PC3208',
          only,
          `the pattern of matches is not valid: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
        ),
      );
    }
  };

  visit(root, new Set());
  return { reads, matches, locals: allLocals, problems, shapes };
}

const MACROS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

interface Chain {
  readonly base: Node;
  /** As far as it is written out: up to the first index that has to be computed. */
  readonly path: (string | number)[];
  readonly end: number;
  readonly indexes: readonly Node[];
  /** The path goes all the way. */
  readonly whole: boolean;
}

function chainOf(node: Node): Chain {
  const steps: (Node & { op: '.' | '[]' })[] = [];
  let base = node;
  while (base.op === '.' || base.op === '[]') {
    steps.unshift(base);
    base = base.args[0];
  }
  const path: (string | number)[] = [];
  let end = base.end;
  let whole = true;
  for (const step of steps) {
    const segment = step.op === '.' ? step.args[1] : segmentOf(step.args[1]);
    whole &&= segment !== undefined;
    if (!whole || segment === undefined) break;
    path.push(segment);
    end = step.end;
  }
  return { base, path, end, whole, indexes: steps.flatMap((step) => (step.op === '[]' ? [step.args[1]] : [])) };
}

function segmentOf(index: Node): string | number | undefined {
  if (index.op !== 'value') return undefined;
  if (typeof index.args === 'bigint') return Number(index.args);
  return typeof index.args === 'string' ? index.args : undefined;
}

function isRoot(word: string): word is Root {
  return (ROOTS as readonly string[]).includes(word);
}

/** Without its quoted parts. */
function bare(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '');
}

function error(
  code: string,
  node: { readonly start: number; readonly end: number },
  message: string,
  help?: string,
): TextProblem {
  return {
    code,
    severity: 'error',
    message,
    offset: node.start,
    length: Math.max(1, node.end - node.start),
    ...(help === undefined ? {} : { help }),
  };
}
