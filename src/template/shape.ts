import type { ErrorRecord } from '../core/errors.ts';
import type { Root } from '../core/scope.ts';
import { nearest } from '../lib/nearest.ts';
import type { Names, Shape } from './names.ts';

/** What a read gives as far as it is known before the run, or what is wrong with it. */
export type Found = Known | { readonly wrong: ReadProblem };

/** `gap` is the part of the read that may have no value, counted as in `ReadProblem`. */
interface Known {
  readonly shape: Shape;
  readonly modelText: boolean;
  readonly gap?: number;
}

/** `segment` is the part of the read that is wrong: 0 is the root, 1 the first part of the path. */
export interface ReadProblem {
  readonly code: string;
  readonly message: string;
  readonly segment: number;
  readonly help?: string;
  /** What most likely was meant in place of that part. */
  readonly meant?: string;
}

type Path = readonly (string | number)[];

/** Follows a read through the names in scope. */
export function shapeOf(root: Root, path: Path, names: Names): Found {
  switch (root) {
    case 'input':
      return follow(root, path, 0, TEXT, names.inputIsModelText === true);
    case 'stdin':
    case 'history':
    case 'user':
      return follow(root, path, 0, TEXT);
    case 'inputs':
      return input(path, names);
    case 'steps':
      return step(path, names);
    case 'memory':
      return follow(root, path, 0, { type: 'map' });
    case 'run':
      return follow(root, path, 0, RUN);
    case 'item':
      return names.item === undefined ? outside('item', 'foreach') : follow(root, path, 0, names.item);
    case 'index':
      return (names.item ?? names.loop) === undefined ? outside('index', 'foreach or repeat') : follow(root, path, 0, WHOLE);
    case 'loop':
      return names.loop === undefined ? outside('loop', 'repeat') : loop(path, names.loop, names);
  }
}

const ANY: Shape = { type: 'any' };
const TEXT: Shape = { type: 'string' };
const WHOLE: Shape = { type: 'integer' };
const NUMBER: Shape = { type: 'number' };
const RUN: Shape = { type: 'map', fields: { id: TEXT, steps: WHOLE } };
const STEP_FIELDS = {
  output: TEXT,
  data: ANY,
  status: { type: 'choice', options: ['completed', 'failed', 'skipped'] },
  error: {
    type: 'map',
    fields: {
      code: TEXT,
      reason: TEXT,
      message: TEXT,
      help: { ...TEXT, optional: true },
      step: { ...TEXT, optional: true },
      provider: { ...TEXT, optional: true },
      status: { ...WHOLE, optional: true },
      retry_after_ms: { ...NUMBER, optional: true },
      file: { ...TEXT, optional: true },
      line: { ...WHOLE, optional: true },
      column: { ...WHOLE, optional: true },
      problems: { type: 'list', optional: true },
    } satisfies Record<keyof ErrorRecord, Shape>,
  },
  attempts: WHOLE,
  cost: NUMBER,
  duration: NUMBER,
} as const satisfies Record<string, Shape>;

/** What people coming from elsewhere call the fields of a step. */
const FOREIGN_FIELDS: ReadonlyMap<string, string> = new Map([
  ...['outputs', 'text', 'result', 'response', 'answer', 'content', 'value', 'stdout'].map((name) => [name, 'output'] as const),
  ...['json', 'parsed', 'fields'].map((name) => [name, 'data'] as const),
  ...['conclusion', 'outcome', 'state'].map((name) => [name, 'status'] as const),
]);

function loop(path: Path, shape: Shape, { turnIsModelText }: Names): Found {
  return follow('loop', path, 0, shape, turnIsModelText === true && path.length === 1 && path[0] === 'output');
}

function input(path: Path, names: Names): Found {
  const [name] = path;
  if (name === undefined) return { shape: { type: 'map', fields: names.inputs }, modelText: false };
  if (typeof name === 'string' && Object.hasOwn(names.inputs, name)) return follow('inputs', path, 1, names.inputs[name] ?? ANY);
  const declared = Object.keys(names.inputs);
  return unknown('PC3004', 1, `the chain has no input "${name}"`, String(name), declared, {
    help: declared.length === 0 ? 'declare it under inputs:' : `its inputs are ${list(declared)}`,
  });
}

function step(path: Path, names: Names): Found {
  const [id, field] = path;
  if (id === undefined) {
    return {
      wrong: { code: 'PC3007', message: 'steps is not a value by itself', segment: 0, help: 'name one step: steps.<id>.output' },
    };
  }
  const known = typeof id === 'string' ? names.steps.get(id) : undefined;
  if (known === undefined) return unknownStep(String(id), names);
  if (typeof field === 'string' && !Object.hasOwn(STEP_FIELDS, field)) {
    const meant = FOREIGN_FIELDS.get(field);
    return unknown('PC3005', 2, `a step has no "${field}"`, field, meant === undefined ? Object.keys(STEP_FIELDS) : [meant], {
      help: `a step has ${list(Object.keys(STEP_FIELDS))}`,
      ...(meant === undefined ? {} : { meant }),
    });
  }
  if (field === 'data' && known.modelText && known.data === undefined) {
    const help = 'give that step fields, schema or choices, or read its output';
    return {
      wrong: { code: 'PC3008', message: `step "${id}" has no data: it answers in free text`, segment: 2, help },
    };
  }
  const fields = { ...STEP_FIELDS, data: known.data ?? ANY, output: known.output ?? TEXT };
  return follow('steps', path, 1, { type: 'map', fields }, known.modelText && field === 'output');
}

function unknownStep(id: string, names: Names): Found {
  const apart = names.apart?.get(id);
  if (apart !== undefined) return { wrong: { code: 'PC3012', segment: 1, ...apart } };
  if (names.later?.has(id)) {
    const message = `step "${id}" has not run when this is read`;
    return {
      wrong: {
        code: 'PC3003',
        message,
        segment: 1,
        help: 'only steps that come before can be read: move it up, or read another',
      },
    };
  }
  const ids = [...names.steps.keys()];
  return unknown('PC3002', 1, `there is no step "${id}" before this one`, id, ids, {
    help: ids.length === 0 ? 'give an earlier step an id to read it' : `the steps with an id before it are ${list(ids)}`,
  });
}

function outside(root: Root, where: string): Found {
  return { wrong: { code: 'PC3006', message: `${root} exists only inside ${where}`, segment: 0 } };
}

/** The rest of the path, from its part number `from` on, into a value of a known shape. */
function follow(root: Root, path: Path, from: number, start: Shape, modelText = false): Found {
  let shape = start;
  let gap: number | undefined;
  for (let part = from; part < path.length; part++) {
    const segment = path[part] ?? '';
    if (shape.type === 'any' || (shape.type === 'map' && shape.fields === undefined && typeof segment === 'string')) {
      shape = ANY;
      continue;
    }
    const next = memberOf(shape, segment);
    if (next === undefined) return noMember(shape, segment, part + 1, written(root, path.slice(0, part)));
    shape = next;
    if (next.optional === true) gap ??= part + 1;
  }
  return { shape, modelText, ...(gap === undefined ? {} : { gap }) };
}

function memberOf(shape: Shape, segment: string | number): Shape | undefined {
  if (shape.type === 'list') return typeof segment === 'number' ? (shape.items ?? ANY) : undefined;
  if (typeof segment === 'number' || shape.fields === undefined) return undefined;
  return Object.hasOwn(shape.fields, segment) ? shape.fields[segment] : undefined;
}

function noMember(shape: Shape, segment: string | number, at: number, owner: string): Found {
  if (shape.type === 'map' && shape.fields !== undefined && typeof segment === 'string') {
    const names = Object.keys(shape.fields);
    return unknown('PC3005', at, `${owner} has no "${segment}"`, segment, names, { help: `it has ${list(names)}` });
  }
  const help = shape.type === 'list' ? `take one entry of it: ${owner}[0]` : undefined;
  return {
    wrong: {
      code: 'PC3005',
      message: `${owner} is ${NOUNS[shape.type]}: it has no ${typeof segment === 'number' ? `[${segment}]` : `"${segment}"`}`,
      segment: at,
      ...(help === undefined ? {} : { help }),
    },
  };
}

const NOUNS: Readonly<Record<Shape['type'], string>> = {
  any: 'a value',
  string: 'text',
  choice: 'text',
  number: 'a number',
  integer: 'a number',
  boolean: 'true or false',
  list: 'a list',
  map: 'a map',
};

function unknown(
  code: string,
  segment: number,
  message: string,
  word: string,
  candidates: readonly string[],
  more: { help: string; meant?: string },
): Found {
  const meant = more.meant ?? nearest(word, candidates);
  const text = meant === undefined ? message : `${message}: did you mean "${meant}"?`;
  return { wrong: { code, message: text, segment, help: more.help, ...(meant === undefined ? {} : { meant }) } };
}

function written(root: Root, path: Path): string {
  return root + path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
}

function list(names: readonly string[]): string {
  return names.slice(0, 12).join(', ') + (names.length > 12 ? ', …' : '');
}
