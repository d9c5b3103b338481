import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelError } from '../../src/core/errors.ts';
import type { OpenModel } from '../../src/core/model.ts';
import { attempts, MODEL_DEFAULT } from '../../src/engine/attempts.ts';
import { causeOf } from '../../src/engine/failed-at.ts';
import { createOpenModel } from '../../src/models/open.ts';
import { type FakeProvider, startFakeProvider } from '../fake/provider.ts';
import { modelIo } from './calling.ts';

/** So many steps that ask at the same time, each with the attempts a step has; the errors of those that failed. */
async function batch(open: OpenModel, count: number): Promise<readonly ModelError[]> {
  const model = await open({ id: 'openai/any', provider: 'openai', name: 'any', params: {} });
  const signal = new AbortController().signal;
  const errors: ModelError[] = [];
  const step = async (item: number): Promise<void> => {
    const request = { messages: [{ role: 'user', text: `item ${item}` }], params: {}, idempotencyKey: `key-${item}` } as const;
    const work = attempts({
      path: String(item),
      io: modelIo(),
      signal,
      policy: MODEL_DEFAULT,
      live: false,
      async *run(_attempt, inner) {
        for await (const event of model.stream(request, inner)) {
          if (event.type === 'text-delta') yield { type: 'step.delta', step: String(item), text: event.text };
        }
      },
    });
    try {
      for await (const _ of work);
    } catch (error) {
      errors.push(causeOf(error) as ModelError);
    }
  };
  await Promise.all(Array.from({ length: count }, (_, item) => step(item)));
  return errors;
}

const open = (fake: FakeProvider): OpenModel =>
  createOpenModel({ io: modelIo({ OPENAI_BASE_URL: fake.openaiUrl, OPENAI_API_KEY: 'sk-test-0000' }) });

test('40 items against a server that takes four at once: none is lost, at most 2.5 requests for each', async (t) => {
  await using fake = await startFakeProvider({ atOnce: 4, fallback: { text: 'yes', delayMs: 20 } });
  assert.deepEqual(await batch(open(fake), 40), []);
  t.diagnostic(`${fake.requests.length} requests`);
  assert.ok(fake.requests.length <= 100, String(fake.requests.length));
});

test('against a dead provider a batch stops early and says so', async (t) => {
  await using fake = await startFakeProvider({ fallback: { status: 500 } });
  const errors = await batch(open(fake), 40);
  t.diagnostic(`${fake.requests.length} requests`);
  assert.equal(errors.length, 40);
  assert.ok(fake.requests.length <= 16, String(fake.requests.length));
  const stopped = errors.filter((error) => error instanceof ModelError && error.code === 'PC6008');
  assert.equal(stopped.length, 40);
  assert.match(
    stopped[0]?.message ?? '',
    /^OpenAI failed \d+ times in a row and is not called any more for now; the last time: .*500/,
  );
});

test('one step may try as often as its retry says', async () => {
  await using fake = await startFakeProvider({ fallback: { status: 500 } });
  const model = await open(fake)({ id: 'openai/any', provider: 'openai', name: 'any', params: {} });
  const request = { messages: [{ role: 'user', text: 'x' }], params: {}, idempotencyKey: 'the same' } as const;
  for (let attempt = 0; attempt < 12; attempt += 1) {
    await assert.rejects(async () => {
      for await (const _ of model.stream(request, new AbortController().signal));
    }, /500/);
  }
  assert.equal(fake.requests.length, 12);
});

test('a call that waits for its turn can be left, and its turn goes to the next one', async () => {
  await using fake = await startFakeProvider({ fallback: { text: 'yes' } });
  const model = await open(fake)({ id: 'openai/any', provider: 'openai', name: 'any', params: {}, rate: { requests: 1 } });
  const request = { messages: [{ role: 'user', text: 'x' }], params: {} } as const;
  for await (const _ of model.stream(request, new AbortController().signal));
  const stop = new AbortController();
  const waiting = model.stream(request, stop.signal)[Symbol.asyncIterator]();
  assert.deepEqual((await waiting.next()).value, { type: 'waiting' });
  const second = waiting.next();
  stop.abort(new Error('enough'));
  await assert.rejects(second, /enough/);
  assert.equal(fake.requests.length, 1);
});
