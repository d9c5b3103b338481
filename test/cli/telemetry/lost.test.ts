import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
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
  'never answers': { answer: () => undefined, told: /: it did not take them in time\n/ },
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

  it('says so when the port is one for gRPC', async () => {
    await using tracing = await startTracing(CHAIN);
    // What a server for HTTP/2 says first: an empty frame of settings.
    const server = createServer((socket) => socket.on('error', () => undefined).write(Buffer.from('000000040000000000', 'hex')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const ended = await tracing.run(['-i', 'x'], { OTEL_EXPORTER_OTLP_ENDPOINT: url });
    server.close();
    assert.deepEqual([ended.code, ended.stdout], [0, '[gpt-x] x\n']);
    assert.match(ended.stderr, /: it does not speak HTTP; a collector often does so on port 4318, and gRPC on 4317\n/);
  });

  it('says so when TLS is asked for and not spoken', async () => {
    await using tracing = await startTracing(CHAIN);
    const ended = await tracing.run(['-i', 'x'], {
      OTEL_EXPORTER_OTLP_ENDPOINT: tracing.receiver.url.replace('http:', 'https:'),
    });
    assert.deepEqual([ended.code, ended.stdout], [0, '[gpt-x] x\n']);
    assert.match(ended.stderr, /traces were not delivered to https:\S+: it does not speak TLS\n/);
  });

  it('goes on when the receiver dies in the middle', async () => {
    const chain =
      'model: openai/gpt-x\nsteps: [{ id: ask, prompt: "{input}" }, { run: "until [ -e gone ]; do sleep 0.05; done; cat" }]\n';
    await using tracing = await startTracing(chain);
    const ended = tracing.run(['-i', 'x'], { OTEL_BSP_SCHEDULE_DELAY: '1' });
    await tracing.receiver.received();
    await tracing.receiver[Symbol.asyncDispose]();
    tracing.sandbox.write({ gone: '' });
    const { code, stdout, stderr } = await ended;
    assert.deepEqual([code, stdout], [0, '[gpt-x] x\n'], stderr);
    assert.equal(stderr.split(DELIVERED).length, 2, stderr);
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
