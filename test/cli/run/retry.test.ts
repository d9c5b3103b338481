import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { waitBeforeRetry } from '../../../src/lib/wait.ts';
import { type Reply, startFakeProvider } from '../../fake/provider.ts';
import { openSandbox } from '../sandbox.ts';

const CHAIN = 'models: [openai/gpt-4o-mini]\nsteps: [{ id: ask, prompt: "{input}" }]\n';
const RETRIED = CHAIN.replace('}" }', '}", retry: 2 }');

/** The run's exit code, its error, the waits it made, and how many requests the provider got. */
async function runAgainst(replies: readonly Reply[], chain = CHAIN) {
  await using fake = await startFakeProvider({ replies: [...replies] });
  using sandbox = openSandbox({ 'a.yaml': chain });
  const env = { OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: fake.openaiUrl };
  const { code, stdout } = await sandbox.run(['run', 'a.yaml', '-i', 'hi', '--jsonl'], { env });
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const waits: number[] = events.filter(({ type }) => type === 'step.retrying').map(({ wait_ms }) => wait_ms);
  return { code, waits, requests: fake.requests.length, error: events.at(-1).result.error };
}

describe('the wait before another attempt', () => {
  it('is what the provider asks for, in any of its forms', async () => {
    assert.deepEqual((await runAgainst([{ status: 429, retryAfterMs: '230' }])).waits, [230]);
    assert.deepEqual((await runAgainst([{ status: 503, retryAfter: '1' }])).waits, [1000]);
    const { code, waits } = await runAgainst([{ status: 429, retryAfter: new Date(Date.now() + 2000).toUTCString() }]);
    assert.equal(code, 0);
    assert.ok(waits.length === 1 && waits.every((ms) => ms <= 2000), String(waits));
  });

  for (const retryAfter of ['-5', '0', '0.001', 'soon', '', '99999999999', 'Thu, 01 Jan 1970 00:00:00 GMT']) {
    it(`is our own when the provider asks for "${retryAfter}"`, async () => {
      const { code, waits, requests } = await runAgainst([{ status: 429, retryAfter }]);
      assert.deepEqual([code, requests], [0, 2]);
      assert.ok(waits.length === 1 && waits.every((ms) => ms >= 250 && ms <= 500), String(waits));
    });
  }

  it('is not made when it is longer than anyone should wait: told at once, with how long', async () => {
    for (const chain of [CHAIN, RETRIED]) {
      const { code, waits, requests, error } = await runAgainst([{ status: 429, retryAfter: '90' }], chain);
      assert.deepEqual([code, waits, requests], [7, [], 1]);
      assert.deepEqual([error.step, error.reason, error.retry_after_ms], ['ask', 'rate_limit', 90_000]);
      assert.match(error.message, /it asks to wait 90 s; the longest wait is 60 s/);
    }
  });

  it('grows, keeps a fixed half, and stays under eight seconds', () => {
    for (const [failed, least] of [
      [1, 250],
      [2, 500],
      [3, 1000],
      [9, 4000],
    ] as const) {
      assert.equal(
        waitBeforeRetry(failed, undefined, () => 0),
        least,
      );
      assert.equal(
        waitBeforeRetry(failed, undefined, () => 1),
        2 * least,
      );
    }
  });
});

describe('attempts', () => {
  const failures: readonly (readonly [name: string, reply: Reply])[] = [
    ['408', { status: 408 }],
    ['409', { status: 409 }],
    ['500', { status: 500 }],
    ['529', { status: 529 }],
    ['a reset before the answer', { reset: 'before' }],
    ['a reset in the middle', { reset: 'mid', text: 'a b c d' }],
    ['a stream cut in the middle', { truncate: 'mid', text: 'a b c d' }],
    ['a stream without its end mark', { truncate: 'end', text: 'a b c d' }],
    ['a malformed chunk', { malformed: true, text: 'a b c d' }],
  ];
  for (const [name, reply] of failures) {
    it(`ride out ${name}, and the answer is whole, once`, async () => {
      await using fake = await startFakeProvider({ replies: [reply, { text: 'whole answer' }] });
      using sandbox = openSandbox({ 'a.yaml': CHAIN });
      const env = { OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: fake.openaiUrl };
      const { code, stdout } = await sandbox.run(['run', 'a.yaml', '-i', 'hi', '--no-stream'], { env });
      assert.deepEqual([code, stdout, fake.requests.length], [0, 'whole answer\n', 2]);
    });
  }

  it('are as many as the step says, and then the error names class and step', async () => {
    const { code, waits, requests, error } = await runAgainst([{ status: 529 }, { status: 529 }, { status: 529 }], RETRIED);
    assert.deepEqual([code, waits.length, requests], [7, 1, 2]);
    assert.deepEqual([error.step, error.reason, error.status], ['ask', 'overloaded', 529]);
  });

  for (const [status, code] of [
    [400, 1],
    [401, 4],
    [403, 4],
    [404, 1],
  ] as const) {
    it(`are one for ${status}`, async () => {
      const ended = await runAgainst([{ status }]);
      assert.deepEqual([ended.code, ended.requests, ended.error.step], [code, 1, 'ask']);
    });
  }
});
