import type { Reason } from '../core/errors.ts';
import { RETRYABLE } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { isJsonObject } from '../core/json.ts';
import type { MemoryChange } from '../core/memory.ts';
import type { Remember, RetryPolicy, Step } from '../core/step.ts';
import { cachePolicy } from '../lib/cache-option.ts';
import type { Writable } from '../lib/writable.ts';
import type { MapNode, Node } from './node.ts';
import { jsonOf } from './node.ts';
import type { TextContext } from './texts.ts';
import { bindValue } from './texts.ts';
import { unknownKey } from './unknown-key.ts';

type Common = Pick<Step, 'description' | 'retry' | 'timeoutMs' | 'cache' | 'remember'> & {
  readonly onError: 'stop' | 'continue';
};

/** What every step may have, from its checked options; `remember` is compiled in the scope after the step. */
export function bindCommon(context: TextContext, node: MapNode, options: Record<string, unknown> | undefined): Common {
  const { description, retry, timeout, cache: own, on_error: onError } = options ?? {};
  const cache = own === undefined ? context.frame.cache : cachePolicy(own as boolean | number);
  const common: Writable<Common> = {
    onError: onError === 'continue' ? 'continue' : 'stop',
    remember: bindRemember(context, node.entries.get('remember')?.value),
  };
  if (typeof description === 'string') common.description = description;
  if (retry !== undefined) common.retry = retryOf(retry as RetryOption);
  if (typeof timeout === 'number') common.timeoutMs = timeout;
  if (cache !== undefined) common.cache = cache;
  return common;
}

type RetryOption = number | { readonly attempts: number; readonly on?: readonly Reason[] };

function retryOf(option: RetryOption): RetryPolicy {
  if (typeof option === 'number') return { attempts: option, on: RETRYABLE };
  return { attempts: option.attempts, on: option.on === undefined ? RETRYABLE : new Set(option.on) };
}

function bindRemember(context: TextContext, node: Node | undefined): Remember[] {
  if (node?.kind !== 'map') return [];
  return [...node.entries].map(([key, entry]) => {
    const form = formOf(context, entry.value);
    const template = bindValue(context, form.value);
    return { key, references: template.references, change: (scope) => form.change(key, template.value(scope)) };
  });
}

interface Form {
  readonly value: Node;
  change(key: string, value: Json): MemoryChange;
}

const OPERATIONS = ['append', 'merge', 'increment'] as const;
const OPERATION_KEYS: readonly string[] = [...OPERATIONS, 'keep'];

/** `{append, keep}`, `{merge}` and `{increment}` are operations; any other value is kept as it is. */
function formOf(context: TextContext, node: Node): Form {
  const operation = node.kind === 'map' ? OPERATIONS.find((name) => node.entries.has(name)) : undefined;
  const value = operation === undefined || node.kind !== 'map' ? undefined : node.entries.get(operation)?.value;
  if (operation === undefined || node.kind !== 'map' || value === undefined) {
    return { value: node, change: (key, given) => ({ op: 'set', key, value: given }) };
  }
  for (const [key, entry] of node.entries) {
    if (key === operation || (operation === 'append' && key === 'keep')) continue;
    context.frame.report.add(entry.key, unknownKey(key, { name: `"remember" with ${operation}`, known: OPERATION_KEYS }));
  }
  const keepNode = node.entries.get('keep')?.value;
  const keep = keepNode === undefined ? undefined : jsonOf(keepNode);
  return { value, change: (key, given) => changeOf(operation, { key, given, keep }) };
}

function changeOf(
  operation: (typeof OPERATIONS)[number],
  { key, given, keep }: { key: string; given: Json; keep: Json | undefined },
): MemoryChange {
  if (operation === 'append') return { op: 'append', key, value: given, ...(typeof keep === 'number' ? { keep } : {}) };
  if (operation === 'increment') return { op: 'increment', key, by: typeof given === 'number' ? given : Number(given) };
  return { op: 'merge', key, value: isJsonObject(given) ? given : { value: given } };
}
