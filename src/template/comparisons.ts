import { nearest } from '../lib/nearest.ts';
import type { Node } from './cel.ts';
import { childrenOf } from './cel.ts';
import type { Shape } from './names.ts';
import type { TextProblem } from './problem.ts';
import type { Walked } from './reads.ts';

/**
 * Comparisons with a literal that are mistakes although they type-check: the free text of a model (it says "Yes." or "**yes**"
 * as it likes), and values that can never be equal to the literal.
 */
export function checkComparisons(source: string, root: Node, shapes: Walked['shapes']): TextProblem[] {
  const problems: TextProblem[] = [];
  const visit = (node: Node): void => {
    if (node.op === '==' || node.op === '!=') {
      const [left, right] = node.args;
      problems.push(...compare(left, right), ...compare(right, left));
    } else if (node.op === 'in' && node.args[1].op === 'list') {
      for (const item of node.args[1].args) problems.push(...compare(node.args[0], item));
    }
    for (const child of childrenOf(node)) visit(child);
  };
  const compare = (value: Node, literal: Node): TextProblem[] => {
    if (literal.op !== 'value') return [];
    const read = readOf(value);
    const found = shapes.get(read);
    if (found === undefined) return [];
    const name = source.slice(read.start, read.end);
    if (found.modelText && typeof literal.args === 'string')
      return literal.args.trim() === '' ? [] : [modelText(value, literal, name)];
    const problem = impossible(found.shape, literal, name, read === value);
    return problem === undefined ? [] : [problem];
  };
  visit(root);
  return problems;
}

/** Tells whether an expression is the free text of a model and nothing else, as in `steps.x.output.trim()`. */
export function isModelText(root: Node, shapes: Walked['shapes']): boolean {
  return shapes.get(readOf(root))?.modelText === true;
}

/** What a value is read from: `x.trim()` is still the text of `x`. */
function readOf(node: Node): Node {
  if (node.op !== 'rcall') return node;
  const [name, receiver, args] = node.args;
  return args.length === 0 && /^(?:trim|lowerAscii|upperAscii)$/.test(name) ? readOf(receiver) : node;
}

function modelText(value: Node, literal: Node, name: string): TextProblem {
  const shown = JSON.stringify(literal.args);
  const id = /^steps\.(\w+)\.output$/.exec(name)?.[1];
  const before = name === 'loop.output' ? 'give the step of the turn choices' : 'give the step before choices';
  const choices = id === undefined ? before : `give step "${id}" choices and compare steps.${id}.data`;
  return {
    code: 'PC3204',
    severity: 'error',
    message: `${name} is the free text of a model: it is hardly ever exactly ${shown.slice(0, 60)}`,
    offset: Math.min(value.start, literal.start),
    length: Math.max(value.end, literal.end) - Math.min(value.start, literal.start),
    help: `look into it with ${name}.contains(${shown.slice(0, 60)}) or ${name}.matches("(?i)…"), or ${choices}`,
  };
}

function impossible(shape: Shape, literal: Node, name: string, direct: boolean): TextProblem | undefined {
  const given = kindOf(literal.args);
  const wanted = KINDS[shape.type];
  if (given === undefined || wanted === undefined) return undefined;
  if (given === 'null') return never(literal, `${name} is never null`, `ask whether it is there: has(${name})`);
  if (given !== wanted) return never(literal, `${name} is ${NOUNS[wanted]}: it never equals ${NOUNS[given]}`);
  if (!direct || shape.type !== 'choice' || shape.options === undefined || typeof literal.args !== 'string') return undefined;
  if (shape.options.includes(literal.args)) return undefined;
  const meant = nearest(literal.args, shape.options);
  const message = `${name} is never ${JSON.stringify(literal.args)}${meant === undefined ? '' : `: did you mean ${JSON.stringify(meant)}?`}`;
  const problem = never(literal, message, `it is one of ${shape.options.join(', ')}`);
  const fix = { offset: literal.start, length: literal.end - literal.start, text: JSON.stringify(meant) };
  return meant === undefined ? problem : { ...problem, fix };
}

type Kind = 'string' | 'number' | 'boolean' | 'list' | 'map' | 'null';

const KINDS: Readonly<Record<Shape['type'], Kind | undefined>> = {
  any: undefined,
  string: 'string',
  choice: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  list: 'list',
  map: 'map',
};

const NOUNS: Readonly<Record<Kind, string>> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  list: 'a list',
  map: 'a map',
  null: 'null',
};

function kindOf(literal: unknown): Kind | undefined {
  if (literal === null) return 'null';
  if (typeof literal === 'bigint') return 'number';
  return typeof literal === 'string' || typeof literal === 'number' || typeof literal === 'boolean'
    ? (typeof literal as Kind)
    : undefined;
}

function never(literal: Node, message: string, help?: string): TextProblem {
  const place = { offset: literal.start, length: Math.max(1, literal.end - literal.start) };
  return { code: 'PC3205', severity: 'error', message, ...place, ...(help === undefined ? {} : { help }) };
}
