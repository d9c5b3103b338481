import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fitted, sizeOf } from '../../src/agent/context-window.ts';
import type { Message } from '../../src/core/message.ts';
import type { FakeRequest, Reply } from '../fake/provider.ts';
import { assertSuccess, calling, type Played, play, toolOf, WIRES } from './playing.ts';
import { answers, texts } from './wire.ts';

const turns: fc.Arbitrary<Message[][]> = fc.array(
  fc.record({ text: fc.string(), answers: fc.array(fc.string({ maxLength: 4_000 }), { maxLength: 4 }) }).map((turn) => [
    {
      role: 'assistant' as const,
      text: turn.text,
      toolCalls: turn.answers.map((_, index) => ({ id: `c${index}`, name: 'tool', arguments: '{}' })),
    },
    ...turn.answers.map((text, index) => ({ role: 'tool' as const, callId: `c${index}`, text })),
  ]),
  { maxLength: 12 },
);

test('whatever the sizes: the newest turns stay whole, none loses an answer, and what is left out is told', () => {
  fc.assert(
    fc.property(turns, fc.integer({ min: -100, max: 20_000 }), (all, room) => {
      const { messages, dropped, size } = fitted(all, room);
      const [told, ...kept] = dropped === 0 ? [undefined, ...messages] : messages;
      if (dropped > 0) assert.match(told?.text ?? '', new RegExp(`^\\[${dropped} earlier turns? w`));
      const expected = all.slice(dropped).flat();
      assert.deepEqual(kept.map(shape), expected.map(shape));
      assert.deepEqual(kept.slice(0, -(all.at(-1)?.length ?? 0) || 0), expected.slice(0, -(all.at(-1)?.length ?? 0) || 0));
      assert.equal(size, sizeOf(kept as Message[]));
      if (kept.length > (all.at(-1)?.length ?? 0)) assert.ok(size <= room);
    }),
  );
});

const shape = (message: Message | undefined) =>
  message?.role === 'tool' ? message.callId : message?.role === 'assistant' ? message.toolCalls : undefined;

const big = () => toolOf('calc.big', ({ n, size = 90_000 }) => `${n}:${'x'.repeat(Number(size))}`);
const agent = '  - { id: it, objective: "Read: {input}", tools: ["calc.*"], max_steps: 12 }\n';

for (const model of WIRES) {
  test(`${model}: old turns are left out before the context overflows`, async () => {
    const replies = [1, 2, 3, 4, 5, 6].map((n) => calling(['calc_big', { n }]));
    const played = await play({ model, steps: agent, tools: [big()], replies: [...replies, { text: 'read' }] });
    assertSuccess(played, 'read');
    assert.deepEqual(
      answers(played.requests.at(-1)).map((text) => text.slice(0, 2)),
      ['3:', '4:', '5:', '6:'],
    );
    assert.ok(texts(played.requests.at(-1), 'user').some((text) => /2 earlier turns were left out/.test(text)));
  });

  test(`${model}: a request that is too long after all is sent again with half of it, three times at most`, async () => {
    const replies = [1, 2, 3, 4].map((n) => calling(['calc_big', { n, size: 10_000 }]));
    const tooLong = { status: 400, error: { message: 'prompt is too long: 210000 tokens', code: 'context_length_exceeded' } };
    const played = await play({ model, steps: agent, tools: [big()], replies: [...replies, tooLong, { text: 'read' }] });
    assertSuccess(played, 'read');
    assert.deepEqual(
      answers(played.requests.at(-1)).map((text) => text.slice(0, 2)),
      ['4:'],
    );
    assert.ok(played.result.warnings.some(({ code }) => code === 'PC9202'));
    const ended = played.events.flatMap((event) => (event.type === 'turn.completed' ? [event.turn] : []));
    assert.deepEqual(ended, ['it/t1', 'it/t2', 'it/t3', 'it/t4', 'it/t5b']);

    const failed = await play({
      model,
      steps: agent,
      tools: [big()],
      replies: [...replies, tooLong, tooLong, tooLong, tooLong, { text: 'never' }],
    });
    assert.equal(failed.result.error?.reason, 'context_overflow');
    assert.equal(failed.requests.length, 8);
    const atOnce = await play({ model, steps: agent, tools: [big()], replies: [tooLong, { text: 'never' }] });
    assert.equal(atOnce.requests.length, 1);
  });
}

/** A model of which the file says how many tokens it reads. */
const reads = (tokens: number) => ({
  model: 'small',
  head: `models: { small: { model: openai/gpt-4o-mini, context: ${tokens} } }\nmcp: { calc: { command: nothing } }\n`,
});

for (const context of ['drop', 'summarise']) {
  test(`context: ${context}: a model that reads little is never sent more than it reads, however long an answer`, async () => {
    const { replies } = reading(3);
    const steps = agent.replace('max_steps', `context: ${context}, max_steps`);
    const played = await play({ ...reads(8_000), steps, tools: [big()], replies });
    assertSuccess(played, 'read');
    for (const { body } of played.requests) assert.ok(JSON.stringify(body).length < 8_000 * 4);
    assert.match(
      answers(played.requests.at(-1)).at(-1) ?? '',
      /^3:x+\n\[cut here to fit the context: \d+ of 90002 characters\]$/,
    );
  });
}

test('text of which a character is a token is shortened to what the model reads', async () => {
  const han = toolOf('calc.big', ({ n }) => `${n}:${'漢'.repeat(90_000)}`);
  const replies = [1, 2, 3, 4].map((n) => calling(['calc_big', { n }]));
  const played = await play({ ...reads(120_000), steps: agent, tools: [han], replies: [...replies, { text: 'read' }] });
  assertSuccess(played, 'read');
  const sent = played.requests.map((request) => answers(request).join('').length);
  assert.ok(Math.max(...sent) < 120_000, String(sent));
  assert.ok((sent.at(-1) ?? 0) > 80_000, String(sent));
});

test('the answers of one turn that are too large together are each shortened', async () => {
  const calls = Array.from({ length: 6 }, (_, n) => ['calc_big', { n, size: 95_000 }] as const);
  const played = await play({ steps: agent, tools: [big()], replies: [calling(...calls), { text: 'read' }] });
  assertSuccess(played, 'read');
  const sent = answers(played.requests[1]);
  assert.equal(sent.length, 6);
  for (const text of sent) assert.match(text, /cut here to fit the context: \d+ of 95002 characters\]$/);
  assert.ok(sent.join('').length < 400_500);
});

test('a result is cut at 100,000 characters, never within one, and says so', async () => {
  const tool = toolOf('calc.long', () => `${'x'.repeat(99_999)}😀${'y'.repeat(50)}`);
  const played = await play({ steps: agent, tools: [tool], replies: [calling(['calc_long', {}]), { text: 'read' }] });
  const [text = ''] = answers(played.requests[1]);
  assert.ok(text.startsWith(`${'x'.repeat(99_999)}\n[cut here: the result has 100051 characters`), text.slice(99_990, 100_100));
});

/** A model that reads `count` pages and sums up when asked; every request is smaller than the window. */
function reading(count: number, size = 90_000) {
  const summaries: string[] = [];
  const replies = (request: FakeRequest): Reply => {
    assert.ok(JSON.stringify(request.body).length < 410_000);
    const [last = ''] = texts(request, 'user').slice(-1);
    if (last.endsWith('Sum up the work so far.')) {
      assert.equal(request.body.tools, undefined);
      summaries.push(last);
      return { text: `SUMMARY ${summaries.length}`, usage: { input: 1_000, output: 7 } };
    }
    if (number > count) return { text: 'read', usage: { input: 1, output: 1 } };
    number += 1;
    return { ...calling(['calc_big', { n: number - 1, size }]), usage: { input: 1, output: 1 } };
  };
  let number = 1;
  return { replies, summaries };
}

const summarising = (max = 12) => agent.replace('max_steps: 12', `max_steps: ${max}, context: summarise`);
const turnsOf = ({ events }: Played) => events.flatMap((event) => (event.type === 'turn.completed' ? [event.turn] : []));

for (const model of WIRES) {
  test(`${model}: context: summarise has the oldest turns summed up by a turn of its own, and goes on from that`, async () => {
    const { replies, summaries } = reading(10);
    const played = await play({ model, steps: summarising(11), tools: [big()], replies });
    assertSuccess(played, 'read');
    const names = turnsOf(played);
    assert.deepEqual([...names.filter((name) => name.includes('/s'))], ['it/s1', 'it/s2']);
    assert.deepEqual([names[5], names[6]], ['it/s1', 'it/t6'], 'before the turn that would overflow');
    assert.ok(summaries[0]?.includes('Objective: Read: IN') && summaries[0].includes('Called calc_big with {"n":1'));
    assert.ok(summaries[1]?.includes('SUMMARY 1'), 'a summary is part of the next');
    const last = played.requests.at(-1);
    assert.ok(texts(last, 'user').some((text) => text.endsWith('\nSUMMARY 2')));
    assert.ok(answers(last).length > 0 && !answers(last).some((text) => text.startsWith('1:')));
    assert.equal(played.result.usage.output_tokens, 11 + 2 * 7);
    assert.deepEqual(played.result.warnings, []);
  });
}

test('a summary that is no answer, or too long even to be asked for, leaves turns out instead and says so', async () => {
  const tooLong = { status: 400, error: { message: 'prompt is too long', code: 'context_length_exceeded' } };
  for (const bad of [{ text: '' }, { text: 'no', finish: 'content_filter' }, tooLong] as readonly Reply[]) {
    const { replies, summaries } = reading(8);
    const failing = (request: FakeRequest) => {
      const reply = replies(request);
      return reply.text?.startsWith('SUMMARY') ? bad : reply;
    };
    const played = await play({ steps: summarising(), tools: [big()], replies: failing });
    assertSuccess(played, 'read');
    assert.deepEqual([summaries.length, played.result.warnings.map(({ code }) => code)], [1, ['PC9202']]);
  }
});

test('turns of several long answers are summed up within the window too', async () => {
  const { replies, summaries } = reading(1);
  const several = Array.from({ length: 5 }, (_, n) => ['calc_big', { n, size: 95_000 }] as const);
  const scripted = [calling(...several), calling(...several)];
  const played = await play({
    steps: summarising(),
    tools: [big()],
    replies: (request) =>
      (texts(request, 'user').at(-1)?.endsWith('work so far.') ? undefined : scripted.shift()) ?? replies(request),
  });
  assertSuccess(played, 'read');
  const sent = played.requests.find((request) => texts(request, 'user').some((text) => text.endsWith('SUMMARY 1')));
  assert.equal(answers(sent).length, 5, 'beside the summary the newest turn is there, its answers shortened');
  assert.match(summaries[0] ?? '', /\[cut here\]/);
});

test('context: fail ends the step before anything is left out', async () => {
  const { replies } = reading(8);
  const played = await play({ steps: agent.replace('max_steps', 'context: fail, max_steps'), tools: [big()], replies });
  assert.deepEqual([played.result.error?.code, played.result.error?.reason], ['PC9203', 'context_overflow']);
  assert.equal(played.requests.length, 5);
});
