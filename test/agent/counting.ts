import assert from 'node:assert/strict';
import type { FakeRequest, Reply } from '../fake/provider.ts';
import { answers } from './wire.ts';

/**
 * A model that adds 1 to `last` up, one call a turn: each call takes the sum of the one before from what the tool answered, so
 * the final text is right only if every call was made once and every answer came back.
 */
export function addingUp(tool: string, last: number): (request: FakeRequest) => Reply {
  return (request) => {
    const given = answers(request);
    const sum = given.length === 0 ? 0 : sumIn(given.at(-1) ?? '');
    if (given.length === last) return { text: `The sum is ${sum}.`, usage: { input: 100, output: 10 } };
    const call = { id: `call_${given.length}`, name: tool, arguments: JSON.stringify({ a: sum, b: given.length + 1 }) };
    return { toolCalls: [call], usage: { input: 100, output: 10 } };
  };
}

function sumIn(text: string): number {
  const [, sum] = /is (\d+)/.exec(text) ?? [];
  assert.ok(sum !== undefined, text);
  return Number(sum);
}
