import assert from 'node:assert/strict';
import { test } from 'node:test';
import { journalEvent, publicEvent } from '../../src/core/event.ts';
import { assertSuccess, calling, play, toolOf } from './playing.ts';

const agent = '  - { id: it, objective: "Go: {input}", tools: [look], reasoning_effort: low }\n';
const look = () => toolOf('look', () => 'seen');
const thinking = { ...calling(['look', { at: 'it' }]), text: 'First a look.', reasoning: 'I should look.' };

test('Anthropic: signed thoughts go back before the call they led to, as they came', async () => {
  const played = await play({
    model: 'anthropic/claude-sonnet-4-5',
    steps: agent,
    tools: [look()],
    replies: [thinking, { text: 'done' }],
  });
  assertSuccess(played, 'done');
  const [, said] = (played.requests[1]?.body.messages ?? []) as { role: string; content: unknown }[];
  assert.deepEqual(said, {
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'I should look.', signature: 'c2ln' },
      { type: 'text', text: 'First a look.' },
      { type: 'tool_use', id: thinking.toolCalls?.[0]?.id, name: 'look', input: { at: 'it' } },
    ],
  });
});

test('OpenAI Responses: encrypted thoughts are asked for and go back before the call they led to', async () => {
  const played = await play({
    model: 'openai/gpt-5-codex',
    steps: agent,
    tools: [look()],
    replies: [thinking, { text: 'done' }],
  });
  assertSuccess(played, 'done');
  const bodies = played.requests.map(({ body }) => body);
  assert.deepEqual(bodies[0]?.include, ['reasoning.encrypted_content']);
  assert.equal(bodies[0]?.store, false);
  const input = (bodies[1]?.input ?? []) as { type?: string; encrypted_content?: string; call_id?: string }[];
  const at = input.findIndex(({ type }) => type === 'reasoning');
  assert.equal(input[at]?.encrypted_content, 'ZmFrZQ==');
  assert.deepEqual(
    input.slice(at).map(({ type }) => type),
    ['reasoning', 'message', 'function_call', 'function_call_output'],
  );
});

test('without tools nothing of this is asked for', async () => {
  const played = await play({ model: 'openai/gpt-5-codex', steps: '  - "Go: {input}"\n', replies: [{ text: 'done' }] });
  assert.equal('include' in (played.requests[0]?.body ?? {}), false);
});

test('the journal keeps what goes back to the provider; nobody else is shown it', async () => {
  const played = await play({
    model: 'anthropic/claude-sonnet-4-5',
    steps: agent,
    tools: [look()],
    replies: [thinking, { text: 'done' }],
  });
  const turn = played.events.find((event) => event.type === 'turn.completed');
  assert.ok(turn !== undefined && JSON.stringify(journalEvent(turn)).includes('c2ln'));
  assert.ok(!JSON.stringify(publicEvent(turn)).includes('c2ln'));
});
