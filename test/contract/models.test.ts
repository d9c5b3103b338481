import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Reason } from '../../src/core/errors.ts';
import { ModelError, TEMPORARY } from '../../src/core/errors.ts';
import type { FinishReason } from '../../src/core/model.ts';
import type { Reply } from '../fake/provider.ts';
import { startFakeProvider } from '../fake/provider.ts';
import { ask, collect, joined, KEYS, never, openAt, PROTOCOLS, textOf } from '../models/calling.ts';

/** What every protocol must make of every way a provider can fail. */
const FAILURES: readonly {
  readonly name: string;
  readonly reply: Reply;
  readonly reason: Reason;
  readonly code: string;
  readonly retryAfterMs?: number;
}[] = [
  { name: '400', reply: { status: 400, error: { message: 'bad field' } }, reason: 'bad_request', code: 'PC5010' },
  { name: '401', reply: { status: 401 }, reason: 'auth', code: 'PC4002' },
  { name: '402', reply: { status: 402 }, reason: 'quota', code: 'PC5013' },
  { name: '403', reply: { status: 403 }, reason: 'auth', code: 'PC4002' },
  { name: '404', reply: { status: 404 }, reason: 'not_found', code: 'PC5011' },
  { name: '408', reply: { status: 408 }, reason: 'timeout', code: 'PC6004' },
  { name: '409', reply: { status: 409 }, reason: 'server', code: 'PC6003' },
  { name: '413', reply: { status: 413 }, reason: 'context_overflow', code: 'PC5012' },
  { name: '429', reply: { status: 429 }, reason: 'rate_limit', code: 'PC6001' },
  { name: '429 with seconds', reply: { status: 429, retryAfter: '2' }, reason: 'rate_limit', code: 'PC6001', retryAfterMs: 2000 },
  {
    name: '429 with retry-after-ms',
    reply: { status: 429, retryAfterMs: '150', retryAfter: '9' },
    reason: 'rate_limit',
    code: 'PC6001',
    retryAfterMs: 150,
  },
  {
    name: '429 with an hour',
    reply: { status: 429, retryAfter: '3600' },
    reason: 'rate_limit',
    code: 'PC6001',
    retryAfterMs: 3_600_000,
  },
  { name: 'an exhausted quota', reply: { status: 429, error: { code: 'insufficient_quota' } }, reason: 'quota', code: 'PC5013' },
  {
    name: 'a context overflow',
    reply: { status: 400, error: { code: 'context_length_exceeded' } },
    reason: 'context_overflow',
    code: 'PC5012',
  },
  {
    name: 'a context overflow told in words',
    reply: {
      status: 400,
      error: { message: 'prompt is too long: 210000 tokens > 200000 maximum', type: 'invalid_request_error' },
    },
    reason: 'context_overflow',
    code: 'PC5012',
  },
  { name: 'refused content', reply: { status: 400, error: { code: 'content_filter' } }, reason: 'refusal', code: 'PC5014' },
  { name: '500', reply: { status: 500 }, reason: 'server', code: 'PC6003' },
  { name: '502 with a page', reply: { status: 502, html: true }, reason: 'server', code: 'PC6003' },
  { name: '503', reply: { status: 503 }, reason: 'overloaded', code: 'PC6002' },
  { name: '529', reply: { status: 529 }, reason: 'overloaded', code: 'PC6002' },
  { name: '200 with a page', reply: { html: true }, reason: 'bad_request', code: 'PC5016' },
  { name: '200 with JSON', reply: { body: '{"ok":true}' }, reason: 'bad_request', code: 'PC5016' },
  { name: '200 with an empty stream', reply: { body: '', contentType: 'text/event-stream' }, reason: 'network', code: 'PC6006' },
  { name: 'a redirect', reply: { redirect: 'http://127.0.0.1:9/elsewhere' }, reason: 'bad_request', code: 'PC5015' },
  { name: 'a reset before the answer', reply: { reset: 'before' }, reason: 'network', code: 'PC6005' },
  { name: 'a reset in mid-stream', reply: { text: 'one two three four', reset: 'mid' }, reason: 'network', code: 'PC6006' },
  {
    name: 'a stream cut in the middle',
    reply: { text: 'one two three four', truncate: 'mid' },
    reason: 'network',
    code: 'PC6006',
  },
  {
    name: 'a stream without an end mark',
    reply: { text: 'one two three four', truncate: 'end' },
    reason: 'network',
    code: 'PC6006',
  },
  { name: 'a malformed chunk', reply: { text: 'one two three four', malformed: true }, reason: 'network', code: 'PC6007' },
  {
    name: 'a chunk that is a number',
    reply: { body: 'data: 7\n\n', contentType: 'text/event-stream' },
    reason: 'network',
    code: 'PC6007',
  },
  {
    name: 'a line that is no field',
    reply: { body: 'dat: {"a":1}\n\n', contentType: 'text/event-stream' },
    reason: 'network',
    code: 'PC6007',
  },
  {
    name: 'an overload in mid-stream',
    reply: { streamError: { type: 'overloaded_error', code: 'overloaded' } },
    reason: 'overloaded',
    code: 'PC6002',
  },
  {
    name: 'a server error in mid-stream',
    reply: { streamError: { type: 'api_error', code: 'server_error' } },
    reason: 'server',
    code: 'PC6003',
  },
  { name: 'silence before the answer', reply: { stall: 'before' }, reason: 'timeout', code: 'PC6004' },
  { name: 'silence in mid-stream', reply: { text: 'one two three four', stall: 'mid' }, reason: 'timeout', code: 'PC6004' },
];

/** Short for a test; a machine under load may let them pass before the fake has even read the request. */
const SHORT = { firstByteMs: 500, idleMs: 500 };

for (const { name: protocol, id } of PROTOCOLS) {
  describe(protocol, { concurrency: true }, () => {
    for (const { name, reply, reason, code, retryAfterMs } of FAILURES) {
      test(`${name} is ${reason}, told after one request`, async () => {
        await using fake = await startFakeProvider({ replies: [reply] });
        const stalls = reply.stall !== undefined;
        const model = await openAt(fake, id, stalls ? { timeouts: SHORT } : {});
        const error = await failureOf(collect(model.stream(ask('hello'), never())));
        assert.equal(error.reason, reason);
        assert.equal(error.code, code);
        assert.equal(error.retryAfterMs, retryAfterMs);
        assert.equal(error.provider, id.split('/')[0]);
        assert.ok(fake.requests.length === 1 || (stalls && fake.requests.length === 0));
        const final = name.startsWith('4') && !TEMPORARY.has(reason);
        if (final) assert.match(error.message, /fake error|bad field/);
        assert.doesNotMatch(error.message + (error.help ?? ''), /<|nginx|secret/);
      });
    }

    test('the answer arrives whole: text, thoughts, tool calls, usage, end', async () => {
      const call = { id: 'call_7', name: 'look_up', arguments: '{"city":"Zürich","n":3}' };
      await using fake = await startFakeProvider({
        replies: [
          {
            text: 'Zwei Wörter',
            reasoning: 'hm',
            toolCalls: [call],
            usage: { input: 20, output: 7, cached: 5 },
            model: 'the-model',
          },
        ],
      });
      const model = await openAt(fake, id);
      const all = joined(await collect(model.stream(ask('hello'), never())));
      // What goes back to the provider has the provider's own shape.
      const events = all.filter((event) => event.type !== 'provider-items');
      const usage = { input_tokens: 20, output_tokens: 7, cached_input_tokens: 5 };
      const seen = events.map((event) =>
        event.type === 'usage' ? { ...event, usage: { ...event.usage, reasoning_tokens: undefined } } : event,
      );
      assert.deepEqual(seen, [
        { type: 'reasoning-delta', text: 'hm' },
        { type: 'text-delta', text: 'Zwei Wörter' },
        { type: 'tool-call', call },
        { type: 'usage', usage: { ...usage, reasoning_tokens: undefined } },
        { type: 'finish', reason: 'tool_calls', model: 'the-model', responseId: 'fake-1' },
      ]);
    });

    const finishes: readonly [Reply['finish'] & string, FinishReason][] = [
      ['stop', 'stop'],
      ['length', 'length'],
      ['refusal', 'refusal'],
    ];
    for (const [finish, reason] of finishes) {
      test(`finish ${finish} is ${reason}, and the text is kept`, async () => {
        await using fake = await startFakeProvider({ replies: [{ text: 'as far as it goes', finish }] });
        const events = await collect((await openAt(fake, id)).stream(ask('hello'), never()));
        assert.equal(textOf(events), 'as far as it goes');
        const last = events.at(-1);
        assert.equal(last?.type === 'finish' ? last.reason : last?.type, reason);
        assert.equal(events.filter(({ type }) => type === 'finish').length, 1);
      });
    }

    test('an empty answer is an answer without text', async () => {
      await using fake = await startFakeProvider({ replies: [{ text: '' }] });
      const events = await collect((await openAt(fake, id)).stream(ask('hello'), never()));
      assert.equal(textOf(events), '');
      assert.equal(events.at(-1)?.type, 'finish');
    });

    test('UTF-8 cut into single bytes is whole', async () => {
      const text = 'Größe 東京 👩‍👩‍👧 ends';
      await using fake = await startFakeProvider({ replies: [{ text, pieceBytes: 1 }] });
      assert.equal(textOf(await collect((await openAt(fake, id)).stream(ask('hello'), never()))), text);
    });

    test('a refused key is not repeated in the error', async () => {
      const message = `Incorrect API key provided: ${KEYS.OPENAI_API_KEY} or ${KEYS.ANTHROPIC_API_KEY}, see Bearer abc.def`;
      await using fake = await startFakeProvider({ replies: [{ status: 401, error: { message } }] });
      const error = await failureOf(collect((await openAt(fake, id)).stream(ask('hello'), never())));
      assert.match(error.message, /Incorrect API key provided: \[key\]/);
      assert.doesNotMatch(error.message, /secret|abc\.def/);
    });

    test('an abort in mid-stream throws its reason and drops the request', async () => {
      await using fake = await startFakeProvider({ replies: [{ text: 'one two three four', stall: 'mid' }] });
      const controller = new AbortController();
      const reason = new Error('enough');
      const model = await openAt(fake, id);
      const reading = (async () => {
        for await (const event of model.stream(ask('hello'), controller.signal))
          if (event.type === 'text-delta') controller.abort(reason);
      })();
      await assert.rejects(reading, (error) => error === reason);
      await fake.abandoned(1);
    });

    test('an abort before the answer throws its reason and drops the request', async () => {
      await using fake = await startFakeProvider({ replies: [{ stall: 'before' }] });
      const controller = new AbortController();
      const reason = new Error('enough');
      const reading = collect((await openAt(fake, id)).stream(ask('hello'), controller.signal));
      reading.catch(() => {});
      await fake.received(1);
      controller.abort(reason);
      await assert.rejects(reading, (error) => error === reason);
      await fake.abandoned(1);
    });

    test('an aborted signal sends nothing', async () => {
      await using fake = await startFakeProvider();
      const reason = new Error('enough');
      await assert.rejects(
        collect((await openAt(fake, id)).stream(ask('hello'), AbortSignal.abort(reason))),
        (error) => error === reason,
      );
      assert.equal(fake.requests.length, 0);
    });

    test('nothing is sent before the first event is asked for', async () => {
      await using fake = await startFakeProvider();
      const model = await openAt(fake, id);
      model.stream(ask('hello'), never());
      await collect(model.stream(ask('second'), never()));
      assert.equal(fake.requests.length, 1);
    });

    test('whoever stops reading drops the request', async () => {
      await using fake = await startFakeProvider({ replies: [{ text: 'one two three four', stall: 'mid' }] });
      for await (const event of (await openAt(fake, id)).stream(ask('hello'), never())) if (event.type === 'text-delta') break;
      await fake.abandoned(1);
    });

    test('calls one after the other reuse connections and leave no listener on the signal', async () => {
      await using fake = await startFakeProvider();
      const model = await openAt(fake, id);
      const warnings: Error[] = [];
      const note = (warning: Error) => warnings.push(warning);
      process.on('warning', note);
      const { signal } = new AbortController();
      for (let call = 0; call < 15; call++) await collect(model.stream(ask(`call ${call}`), signal));
      process.off('warning', note);
      // The next call may start while the last bytes of the one before are still on their way.
      assert.ok(new Set(fake.requests.map(({ connection }) => connection)).size <= 2);
      assert.deepEqual(warnings, []);
    });

    test('the key and the idempotency key travel in headers', async () => {
      await using fake = await startFakeProvider();
      await collect((await openAt(fake, id)).stream({ ...ask('hello'), idempotencyKey: 'idem-1' }, never()));
      const { headers } = fake.requests[0] ?? assert.fail();
      assert.equal(headers['idempotency-key'], 'idem-1');
      assert.equal(headers.authorization, `Bearer ${id.startsWith('openai') ? KEYS.OPENAI_API_KEY : KEYS.ANTHROPIC_API_KEY}`);
    });
  });
}

async function failureOf(promise: Promise<unknown>): Promise<ModelError> {
  const error = await promise.then(
    () => assert.fail('it should have failed'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof ModelError) return error;
  throw error;
}
