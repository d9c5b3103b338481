import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { start } from '../live.ts';
import { startTracing } from './tracing.ts';

const CHAIN = 'model: openai/gpt-x\nsteps: [{ id: ask, prompt: "{input}" }]\n';
const DELIVERED = 'traces were not delivered to http://127.0.0.1:';

/** How a receiver fails, and what is told of it. */
const FAILURES: Readonly<Record<string, { answer: (response: ServerResponse) => void; told: RegExp }>> = {
  'answers 500': { answer: (response) => response.writeHead(500).end('zsecret'), told: /: it answered 500\n/ },
  'answers 503 each time': { answer: (response) => response.writeHead(503).end(), told: /: it answered 503\n/ },
  'sends elsewhere': { answer: (response) => response.writeHead(307, { location: '/x' }).end(), told: /: it answered 307\n/ },
  'hangs up': { answer: (response) => response.destroy(), told: /: it closed the connection\n/ },
  'never answers': { answer: () => undefined, told: /: it did not take them within 2 s\n/ },
};

describe('a run whose traces do not arrive', () => {
  for (const [name, { answer, told }] of Object.entries(FAILURES)) {
    it(`ends as it would, and says so once, when the receiver ${name}`, async () => {
      await using tracing = await startTracing(CHAIN, { receiver: { answer } });
      const ended = await tracing.run(['-i', 'x']);
      assert.deepEqual([ended.code, ended.stdout], [0, '[gpt-x] x\n']);
      assert.equal(ended.stderr.split(DELIVERED).length, 2, ended.stderr);
      assert.match(ended.stderr, told);
      assert.doesNotMatch(ended.stderr, /zsecret/);
    });
  }

  it('says what is wrong when nothing listens there', async () => {
    await using tracing = await startTracing(CHAIN);
    await tracing.receiver[Symbol.asyncDispose]();
    const ended = await tracing.run(['-i', 'x']);
    assert.deepEqual([ended.code, ended.stdout], [0, '[gpt-x] x\n']);
    assert.match(ended.stderr, /^warning\[PC6201\]: traces were not delivered to http:\S+: nothing listens there$/m);
  });

  it('keeps stderr empty beside JSON, and says nothing when asked to be quiet', async () => {
    await using tracing = await startTracing(CHAIN, { receiver: { answer: (response) => response.writeHead(500).end() } });
    const json = await tracing.run(['-i', 'x', '--json']);
    assert.deepEqual([json.code, json.stderr, JSON.parse(json.stdout).warnings], [0, '', []]);
    const quiet = await tracing.run(['-i', 'x', '-q']);
    assert.deepEqual([quiet.code, quiet.stdout, quiet.stderr], [0, '[gpt-x] x\n', '']);
    const verbose = await tracing.run(['-i', 'x', '--json', '-v']);
    assert.match(verbose.stderr, /it answered 500/);
  });

  it('sends them a second time to a receiver that was busy', async () => {
    const answer = (response: ServerResponse, number: number) => response.writeHead(number === 1 ? 503 : 200).end();
    await using tracing = await startTracing(CHAIN, { receiver: { answer } });
    const ended = await tracing.run(['-i', 'x']);
    assert.deepEqual([ended.code, ended.stderr.includes('warning')], [0, false], ended.stderr);
    assert.equal(tracing.receiver.posts.length, 2);
  });

  it('does not outlive a signal for a receiver that never answers', async () => {
    await using tracing = await startTracing('model: openai/gpt-x\nsteps: ["{input}"]\n', {
      replies: [{ stall: 'mid', text: 'a b c d' }],
      receiver: { answer: () => undefined },
    });
    const live = start(tracing.sandbox, ['run', 'chain.yaml', '-i', 'x'], { env: tracing.env });
    await live.saw('stdout', 'a b');
    live.child.kill('SIGINT');
    assert.equal((await live.ended).signal, 'SIGINT');
    await tracing.receiver.received();
    const run = tracing.receiver.span('invoke_workflow chain');
    assert.deepEqual([run.status.code, run.attributes['error.type']], [2, 'cancelled']);
    assert.deepEqual(
      tracing.receiver.spans.map(({ attributes }) => attributes['error.type']),
      ['cancelled', 'cancelled', 'cancelled'],
    );
  });
});
