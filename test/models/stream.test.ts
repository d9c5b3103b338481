import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { ModelError } from '../../src/core/errors.ts';
import type { ModelEvent } from '../../src/core/model.ts';
import { chat } from '../../src/models/chat.ts';
import { DEFAULT_TIMEOUTS } from '../../src/models/config.ts';
import type { Origin } from '../../src/models/failure.ts';
import { messages } from '../../src/models/messages.ts';
import { responses } from '../../src/models/responses.ts';
import { readAnswer } from '../../src/models/stream.ts';
import { chat as fakeChat } from '../fake/chat.ts';
import { messages as fakeMessages } from '../fake/messages.ts';
import type { Reply } from '../fake/reply.ts';
import { answerTo } from '../fake/reply.ts';
import { responses as fakeResponses } from '../fake/responses.ts';
import { joined } from './calling.ts';

const RUNS = Number(process.env.PROMPTCHAIN_TEST_RUNS ?? 200);
const ORIGIN: Origin = {
  provider: 'fake',
  label: 'Fake',
  model: 'm',
  url: 'http://127.0.0.1/',
  keyName: undefined,
  local: false,
  secrets: [],
  now: () => 0,
};
const PAIRS = [
  { name: 'chat completions', protocol: chat, wire: fakeChat },
  { name: 'responses', protocol: responses, wire: fakeResponses },
  { name: 'messages', protocol: messages, wire: fakeMessages },
] as const;

const REPLY: fc.Arbitrary<Reply> = fc.record(
  {
    tokens: fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), { maxLength: 8 }),
    reasoning: fc.string({ unit: 'grapheme', maxLength: 10 }),
    toolCalls: fc.array(
      fc.record({
        id: fc.stringMatching(/^[a-f0-9]{4}$/),
        name: fc.constant('tool'),
        arguments: fc.constantFrom('{}', '{"ü":[1,"\\n"]}'),
      }),
      { maxLength: 2 },
    ),
    finish: fc.constantFrom('stop' as const, 'length' as const),
  },
  { requiredKeys: ['tokens'] },
);

for (const { name, protocol, wire } of PAIRS) {
  const bytesOf = (reply: Reply, lineEnd: string): Buffer => {
    const asked = { model: 'm', system: '', lastUser: 'q', stream: true, includeUsage: true };
    const { head, deltas, tail } = wire.frames(answerTo(asked, reply, 1), asked, reply);
    const text = [...head, ': keep-alive\n\n', ...deltas, ...tail].join('');
    return Buffer.from(text.replaceAll('\n', lineEnd));
  };

  test(`${name}: however the bytes are cut, the events are the same`, async () => {
    await fc.assert(
      fc.asyncProperty(
        REPLY,
        fc.array(fc.nat(), { maxLength: 30 }),
        fc.constantFrom('\n', '\r\n'),
        async (reply, cuts, lineEnd) => {
          const bytes = bytesOf(reply, lineEnd);
          const whole = joined(await read(protocol, [bytes]));
          const cut = joined(await read(protocol, pieces(bytes, cuts)));
          assert.deepEqual(cut, whole);
          assert.equal(whole.map((event) => (event.type === 'text-delta' ? event.text : '')).join(''), reply.tokens?.join(''));
        },
      ),
      { numRuns: RUNS },
    );
  });

  test(`${name}: an answer that stops anywhere before its end mark is no answer`, async () => {
    await fc.assert(
      fc.asyncProperty(REPLY, fc.nat(), async (reply, place) => {
        const bytes = bytesOf(reply, '\n');
        const mark = bytes.lastIndexOf(END_MARKS[name]);
        const cut = bytes.subarray(0, place % mark);
        await assert.rejects(read(protocol, [cut]), (error) => error instanceof ModelError && error.reason === 'network');
      }),
      { numRuns: RUNS },
    );
  });

  test(`${name}: what is left of an answer after its end mark does not matter`, async () => {
    const bytes = bytesOf({ tokens: ['all ', 'of it'] }, '\n');
    const whole = await read(protocol, [bytes]);
    assert.deepEqual(await read(protocol, [bytes, Buffer.from('data: {"broken\n\n')]), whole);
  });
}

/** Before the first byte of this the answer is not whole. */
const END_MARKS = {
  'chat completions': '"finish_reason":"',
  responses: '"type":"response.',
  messages: 'data: {"type":"message_stop"',
} as const;

test('random bytes never pass for an answer, and never fail otherwise than as a model error', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...PAIRS),
      fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 5 }),
      async ({ protocol }, chunks) => {
        const error = await read(
          protocol,
          chunks.map((chunk) => Buffer.from(chunk)),
        ).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        assert.ok(error instanceof ModelError);
      },
    ),
    { numRuns: RUNS },
  );
});

test('hostile events never fail otherwise than as a model error', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...PAIRS),
      fc.array(fc.json({ maxDepth: 3 }), { maxLength: 5 }),
      async ({ protocol }, events) => {
        const text = events.map((event) => `data: ${event}\n\n`).join('');
        const error = await read(protocol, [Buffer.from(text)]).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        assert.ok(error instanceof ModelError, String(error));
      },
    ),
    { numRuns: RUNS },
  );
});

async function read(protocol: (typeof PAIRS)[number]['protocol'], chunks: readonly Buffer[]): Promise<ModelEvent[]> {
  const source = Readable.from(chunks.filter((chunk) => chunk.length > 0));
  const message = Object.assign(source, {
    headers: { 'content-type': 'text/event-stream' },
    statusCode: 200,
  }) as unknown as IncomingMessage;
  const events: ModelEvent[] = [];
  for await (const batch of readAnswer(message, protocol.reader(ORIGIN), ORIGIN, DEFAULT_TIMEOUTS)) events.push(...batch);
  return events;
}

function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % bytes.length))].sort((a, b) => a - b);
  return [...places, bytes.length].map((end, index) => bytes.subarray(places[index - 1] ?? 0, end));
}
