import { ROOTS } from '../core/scope.ts';
import { nearest } from '../lib/nearest.ts';
import type { Node } from './cel.ts';
import { functionNames } from './cel.ts';
import type { Names } from './names.ts';
import type { TextProblem } from './problem.ts';

/** A name in a condition that is no root: an input or a step was meant, or a slip. */
export function unknownName(node: Node, word: string, names: Names, locals: ReadonlySet<string>): TextProblem {
  const direct = Object.hasOwn(names.inputs, word)
    ? `inputs.${word}`
    : names.steps.has(word)
      ? `steps.${word}.output`
      : undefined;
  const meant = direct ?? nearest(word, [...ROOTS, ...locals, 'true', 'false', 'null']);
  const { start, end } = node;
  return {
    code: 'PC3001',
    severity: 'error',
    message: `unknown name "${word}"${meant === undefined ? '' : `: did you mean "${meant}"?`}`,
    offset: start,
    length: end - start,
    help: `a condition reads ${ROOTS.join(', ')}; text goes in quotes`,
    ...(meant === undefined ? {} : { fix: { offset: start, length: end - start, text: meant } }),
  };
}

/** The problem of a read, with what a condition's author may have thought of. */
export function hinted(source: string, problem: TextProblem, names: Names): TextProblem {
  const word = source.slice(problem.offset, problem.offset + problem.length);
  const method = functionMeant(word, true);
  if (problem.code !== 'PC3005' || method === undefined || problem.fix !== undefined) return dashHint(source, problem, names);
  return { ...problem, help: `call it: ${method}()` };
}

/** `steps.my-step`: the dash is a minus, so the name that was meant is the longer one. */
function dashHint(source: string, problem: TextProblem, names: Names): TextProblem {
  const rest = /^\s*-\s*\w+/.exec(source.slice(problem.offset + problem.length));
  if (rest === null || (problem.code !== 'PC3002' && problem.code !== 'PC3004')) return problem;
  const length = problem.length + rest[0].length;
  const word = source.slice(problem.offset, problem.offset + length).replace(/\s*-\s*/, '_');
  const exists = problem.code === 'PC3002' ? names.steps.has(word) : Object.hasOwn(names.inputs, word);
  const help = 'a dash in a condition is a minus: names have underscores';
  return exists ? { ...problem, length, help, fix: { offset: problem.offset, length, text: word } } : { ...problem, help };
}

/** A call of something that CEL does not have. */
export function unknownFunction(source: string, node: Node & { op: 'call' | 'rcall' }): TextProblem {
  const method = node.op === 'rcall';
  const [name] = node.args;
  const meant = functionMeant(name, method);
  const offset = node.op === 'rcall' ? source.indexOf(name, node.args[1].end) : node.start;
  const belongs = functionNames(!method).has(name);
  return {
    code: 'PC3001',
    severity: 'error',
    message: `there is no ${method ? 'method' : 'function'} "${name}"${meant === undefined ? '' : `: did you mean "${meant}"?`}`,
    offset,
    length: name.length,
    ...(belongs ? { help: method ? `write it as ${name}(…)` : `it belongs to a value: value.${name}(…)` } : {}),
    ...(meant === undefined ? {} : { fix: { offset, length: name.length, text: meant } }),
  };
}

function functionMeant(name: string, method: boolean): string | undefined {
  const known = functionNames(method);
  const word = FOREIGN_NAMES.has(name) ? name : (nearest(name, known) ?? nearest(name, FOREIGN_NAMES.keys()));
  const ours = word === undefined ? undefined : (FOREIGN_NAMES.get(word) ?? word);
  return ours !== undefined && known.has(ours) ? ours : undefined;
}

/** What JavaScript and Python call the functions of CEL. */
const FOREIGN_NAMES: ReadonlyMap<string, string> = new Map([
  ['includes', 'contains'],
  ['has', 'contains'],
  ['startswith', 'startsWith'],
  ['endswith', 'endsWith'],
  ['lower', 'lowerAscii'],
  ['toLowerCase', 'lowerAscii'],
  ['upper', 'upperAscii'],
  ['toUpperCase', 'upperAscii'],
  ['strip', 'trim'],
  ['length', 'size'],
  ['len', 'size'],
  ['match', 'matches'],
  ['test', 'matches'],
  ['some', 'exists'],
  ['any', 'exists'],
  ['every', 'all'],
]);
