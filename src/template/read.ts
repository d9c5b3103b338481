import type { Json } from '../core/json.ts';
import { isJsonObject } from '../core/json.ts';
import type { Root, Scope } from '../core/scope.ts';

/**
 * The value at a path, undefined when there is none. Only own properties of maps and elements of lists are reached, so a
 * name such as `constructor` or `__proto__` is data or nothing.
 */
export function readValue(scope: Scope, root: Root, path: readonly (string | number)[]): Json | undefined {
  let value: unknown = scope[root];
  for (const segment of path) value = member(value, segment);
  return value as Json | undefined;
}

/** Why `readValue` found nothing (or null), in words that end a sentence. */
export function whyMissing(scope: Scope, root: Root, path: readonly (string | number)[]): string {
  const [id, field] = path;
  if (root === 'steps' && typeof id === 'string') {
    const view = member(scope.steps, id);
    if (view === undefined) return `step "${id}" has not run`;
    const status = member(view, 'status');
    if (status !== 'completed' && (field === 'output' || field === 'data'))
      return `step "${id}" ${status === 'failed' ? 'failed' : 'was skipped'}`;
  }
  if (scope[root] === undefined) return ABSENT[root] ?? `there is no ${root} here`;
  if (root === 'inputs' && path.length === 1) return `input "${id}" was not given`;
  if (root === 'memory' && path.length === 1) return `memory has no key "${id}"`;
  return whereItEnds(scope, root, path);
}

function member(value: unknown, segment: string | number): unknown {
  if (Array.isArray(value)) return typeof segment === 'number' ? value[segment] : undefined;
  if (!isJsonObject(value) || typeof segment === 'number') return undefined;
  return Object.hasOwn(value, segment) ? value[segment] : undefined;
}

const ABSENT: Partial<Record<Root, string>> = {
  item: 'item exists only inside foreach',
  index: 'index exists only inside foreach',
  loop: 'loop exists only inside repeat',
  stdin: 'nothing was piped in',
};

function whereItEnds(scope: Scope, root: Root, path: readonly (string | number)[]): string {
  let value: unknown = scope[root];
  let name: string = root;
  for (const segment of path) {
    const next = member(value, segment);
    if (next === undefined) return `${name} is ${describe(value)}`;
    name += typeof segment === 'number' ? `[${segment}]` : `.${segment}`;
    value = next;
  }
  return `${name} is ${describe(value)}`;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'string') return 'text';
  if (typeof value !== 'object') return `a ${typeof value}`;
  const keys = Object.keys(value);
  if (keys.length === 0) return 'an empty map';
  return `a map with ${keys
    .slice(0, 8)
    .map((key) => JSON.stringify(key.slice(0, 40)))
    .join(', ')}${keys.length > 8 ? ', …' : ''}`;
}
