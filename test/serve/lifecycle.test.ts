import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { test } from 'node:test';
import type { RunResult } from '../../src/core/run.ts';
import { openSandbox } from '../cli/sandbox.ts';
import { allEvents, eventsIn, upTo } from './events.ts';
import { chainOf, postJson, serve, TEST_KEY, within } from './serving.ts';

const ONE = { 'one.yaml': chainOf('one') };

test('a server that is told to stop takes nothing new, and what runs comes to its end', async () => {
  await using server = await serve({ files: ONE, fake: { fallback: { text: 'a b c d', paceMs: 150 } } });
  const response = await postJson(`${server.url}/chains/one/runs`, { input: 'x' });
  const events = eventsIn(response);
  await upTo(events, 'step.delta');
  const ended = server.stop('SIGTERM');
  await within(server.live.saw('stderr', '1 run has 10 s to end'), 'no word', server.stderr);
  const refused = await fetch(`${server.url}/chains`);
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '5']);
  const probes = await Promise.all(['/healthz', '/readyz'].map(async (path) => (await fetch(server.url + path)).status));
  assert.deepEqual(probes, [200, 503]);
  await upTo(events, 'run.completed');
  const { code, stdout } = await ended;
  await assert.rejects(fetch(`${server.url}/healthz`));
  assert.deepEqual({ code, stdout }, { code: 0, stdout: '' });
});

test('what is not done within the grace is aborted, journaled as interrupted, and resumed by hand', async () => {
  const sandbox = openSandbox();
  using _ = sandbox;
  await using server = await serve({
    sandbox,
    files: {
      'two.yaml': `name: two\nmodel: openai/gpt-4.1-mini\nsteps:\n  - prompt: "First: {input}"\n  - prompt: "Then: {input}"\n`,
    },
    args: ['--grace', '100ms'],
    fake: { replies: [{ text: 'done' }, { stall: 'mid' }, { text: 'and this' }] },
  });
  const response = await postJson(`${server.url}/chains/two/runs`, { input: 'x' });
  const id = response.headers.get('x-run-id') ?? '';
  const events = allEvents(response);
  await within(server.fake.received(2), 'no second request', server.stderr);
  const { code } = await server.stop('SIGINT');
  assert.equal(code, 0);
  assert.equal((await events).at(-1)?.type, 'run.interrupted');
  const shown = JSON.parse((await sandbox.run(['runs', 'show', id, '--json'])).stdout) as RunResult;
  assert.deepEqual([shown.status, shown.resume], ['interrupted', `promptchain runs resume ${id}`]);
  const env = { OPENAI_BASE_URL: server.fake.openaiUrl, OPENAI_API_KEY: TEST_KEY };
  const resumed = await sandbox.run(['runs', 'resume', id], { env });
  assert.deepEqual([resumed.code, resumed.stdout], [0, 'and this\n'], resumed.stderr);
  assert.equal(server.fake.requests.length, 3);
});

test('a second signal ends the server at once', async () => {
  await using server = await serve({ files: ONE, args: ['--grace', '1h'], fake: { fallback: { stall: 'mid' } } });
  const asked = postJson(`${server.url}/chains/one/runs`, { input: 'x', stream: false });
  asked.catch(() => undefined);
  await within(server.fake.received(1), 'no request', server.stderr);
  server.live.child.kill('SIGTERM');
  await within(server.live.saw('stderr', '1 run has 3600 s to end'), 'no word', server.stderr);
  const { signal } = await server.stop('SIGTERM');
  assert.equal(signal, 'SIGTERM');
});

test('runs at once are bounded, in all and of one client', async () => {
  const fake = { fallback: { stall: 'mid' as const } };
  for (const [args, status] of [
    [['--max-runs', '1'], 503],
    [['--max-runs', '9', '--max-runs-per-client', '1'], 429],
  ] as const) {
    await using server = await serve({ files: ONE, args, fake });
    await postJson(`${server.url}/chains/one/runs`, { input: 'x', background: true });
    await within(server.fake.received(1), 'no request', server.stderr);
    const answer = await postJson(`${server.url}/chains/one/runs`, { input: 'x', stream: false });
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [status, '1']);
    assert.equal(server.fake.requests.length, 1);
  }
});

test('a client that asks more often than the rate is told when to ask again', async () => {
  await using server = await serve({ files: ONE, args: ['--rate', '3/h'] });
  const ask = async () => fetch(`${server.url}/chains`);
  assert.deepEqual([(await ask()).status, (await ask()).status, (await ask()).status], [200, 200, 200]);
  const answer = await ask();
  assert.equal(answer.status, 429);
  const wait = Number(answer.headers.get('retry-after'));
  assert.ok(wait > 1000 && wait <= 1200, String(wait));
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
});

test('a server that could not be safe, or could not be there, does not start', async () => {
  using sandbox = openSandbox({
    ...ONE,
    'weak.txt': 'short',
    'empty.txt': '\n',
    'bad.yaml': chainOf('a b'),
    'other.yaml': chainOf('one'),
  });
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.on('listening', resolve));
  const { port } = taken.address() as AddressInfo;
  const cases = [
    [['one.yaml', '--host', '0.0.0.0'], /PC2271.*no token is set/s],
    [['one.yaml', '--token-file', 'weak.txt'], /PC2271.*16 to 512/s],
    [['one.yaml', '--token-file', 'empty.txt'], /PC2271.*16 to 512/s],
    [['one.yaml', '--token-file', 'none.txt'], /PC2271.*cannot be read/s],
    [['one.yaml', '--host', ''], /It is not an address/],
    [['one.yaml', '--allow-host', 'https://chains.example.com'], /It is not the name of a host/],
    [['one.yaml', '--allow-host', 'chains.example.com:8080'], /It is not the name of a host/],
    [['one.yaml', '--port', String(port)], /PC2270.*something listens there already/s],
    [['one.yaml', '--host', '192.0.2.1', '--token-file', 'good.txt'], /PC2270.*no such address/s],
    [['one.yaml', '--rate', 'often'], /It is not a rate/],
    [['one.yaml', '--allow-origin', '*'], /It is not an origin/],
    [['one.yaml', '--allow-override', 'prompt'], /nothing a client could set/],
    [['one.yaml', 'other.yaml'], /PC2041/],
    [['-'], /from stdin/],
  ] as const;
  writeFileSync(sandbox.path('good.txt'), 'a-token-of-the-test-0123456789\n');
  try {
    for (const [args, stderr] of cases) {
      const ended = await sandbox.run(['serve', ...args], { env: { OPENAI_API_KEY: TEST_KEY } });
      assert.deepEqual([ended.code, ended.stdout], [2, ''], ended.stderr);
      assert.match(ended.stderr, stderr);
    }
  } finally {
    taken.close();
  }
});

test('each request and each run is a line on stderr, without a text; with --quiet none is', async () => {
  for (const args of [[], ['--quiet']]) {
    await using server = await serve({ files: ONE, args });
    await postJson(`${server.url}/chains/one/runs?secret=text-of-someone`, { input: 'text-of-someone', stream: false });
    const { stderr, stdout } = await server.stop();
    assert.equal(stdout, '');
    assert.doesNotMatch(stderr, /text-of-someone/);
    const lines = stderr.trim().split('\n').slice(1);
    if (args.length > 0) assert.deepEqual(lines, []);
    else {
      assert.match(stderr, /^\S+Z run \S+ one success \S+/m);
      assert.match(stderr, /^\S+Z 127\.0\.0\.1 POST \/chains\/one\/runs 200 \S+/m);
    }
  }
});
