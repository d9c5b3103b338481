import assert from 'node:assert/strict';
import type { FakeRequest } from '../fake/provider.ts';

interface Item {
  readonly kind: 'text' | 'call' | 'answer';
  readonly role: 'user' | 'assistant' | 'system' | 'tool';
  readonly text: string;
  readonly id: string;
  readonly isError?: boolean;
}

/** The conversation of a request as one list, whatever the protocol. */
function itemsOf({ body }: FakeRequest): readonly Item[] {
  const list = (body.messages ?? body.input ?? []) as Record<string, unknown>[];
  return list.flatMap((entry): Item[] => {
    if (entry.type === 'reasoning') return [];
    if (entry.type === 'function_call') return [callOf(entry.call_id, entry.name, entry.arguments)];
    if (entry.type === 'function_call_output') return [answerOf(entry.call_id, entry.output)];
    if (entry.role === 'tool') return [answerOf(entry.tool_call_id, entry.content)];
    const role = entry.role as 'user' | 'assistant';
    const calls = ((entry.tool_calls ?? []) as { id: string; function: { name: string; arguments: string } }[]).map(
      ({ id, function: { name, arguments: args } }) => callOf(id, name, args),
    );
    return [...contentOf(entry.content, role), ...calls];
  });
}

function contentOf(content: unknown, role: 'user' | 'assistant'): Item[] {
  if (content === null || content === undefined) return [];
  if (typeof content === 'string') return [{ kind: 'text', role, text: content, id: '' }];
  return (content as Record<string, unknown>[]).flatMap((part): Item[] => {
    if (part.type === 'tool_use') return [callOf(part.id, part.name, JSON.stringify(part.input))];
    if (part.type === 'tool_result') return [answerOf(part.tool_use_id, part.content, part.is_error === true)];
    return typeof part.text === 'string' ? [{ kind: 'text', role, text: part.text, id: '' }] : [];
  });
}

function callOf(id: unknown, name: unknown, args: unknown): Item {
  assert.match(String(id), /^[A-Za-z0-9_-]{1,64}$/);
  assert.match(String(name), /^[A-Za-z0-9_-]{1,64}$/);
  JSON.parse(String(args));
  return { kind: 'call', role: 'assistant', id: String(id), text: `${name} ${args}` };
}

function answerOf(id: unknown, text: unknown, isError = false): Item {
  return { kind: 'answer', role: 'tool', id: String(id), text: String(text), ...(isError ? { isError } : {}) };
}

export function answers(request: FakeRequest | undefined): readonly string[] {
  return request === undefined ? [] : itemsOf(request).flatMap((item) => (item.kind === 'answer' ? [item.text] : []));
}

export function texts(request: FakeRequest | undefined, role: 'user' | 'assistant'): readonly string[] {
  return request === undefined
    ? []
    : itemsOf(request).flatMap((item) => (item.kind === 'text' && item.role === role ? [item.text] : []));
}

/** What providers refuse a request for: a call without its answer right after it, ids used twice, a text of nothing. */
export function assertWhole(requests: readonly FakeRequest[]): void {
  for (const request of requests) {
    const items = itemsOf(request);
    const ids = items.flatMap((item) => (item.kind === 'call' ? [item.id] : []));
    assert.equal(new Set(ids).size, ids.length, `ids twice: ${ids}`);
    for (let at = 0; at < items.length; ) {
      const item = items[at];
      assert.notEqual(item?.kind, 'answer', 'an answer without its call');
      if (item?.kind === 'text') {
        assert.notEqual(item.text.trim(), '', 'an empty text');
        at += 1;
        continue;
      }
      const calls = run(items, at, 'call');
      const given = run(items, at + calls.length, 'answer');
      assert.deepEqual(
        given.map(({ id }) => id),
        calls.map(({ id }) => id),
        'answers in the order of their calls',
      );
      at += calls.length + given.length;
    }
  }
}

function run(items: readonly Item[], from: number, kind: Item['kind']): readonly Item[] {
  const rest = items.slice(from);
  const end = rest.findIndex((item) => item.kind !== kind);
  return end === -1 ? rest : rest.slice(0, end);
}

/** `tool_choice` in the words of a chain file. */
export function choiceOf({ body }: FakeRequest): unknown {
  const choice = body.tool_choice as { type?: string } | string | undefined;
  const word = typeof choice === 'object' ? choice.type : choice;
  return word === 'any' ? 'required' : word;
}
