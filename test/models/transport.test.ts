import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createSocketServer } from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startFakeProvider } from '../fake/provider.ts';
import { ask, collect, never, openAt, PROTOCOLS } from './calling.ts';

const PROGRAM = fileURLToPath(new URL('./call-once.js', import.meta.url));
const run = (env: Record<string, string>, ...args: string[]) =>
  promisify(execFile)(process.execPath, [PROGRAM, ...args], { env });

for (const { name, id } of PROTOCOLS) {
  test(`${name}: 30 MB of answer pass through without being held`, async () => {
    await using fake = await startFakeProvider({ replies: [{ bytes: 30_000_000 }] });
    const model = await openAt(fake, id);
    let length = 0;
    let longest = 0;
    for await (const event of model.stream(ask('much'), never())) {
      if (event.type !== 'text-delta') continue;
      length += event.text.length;
      longest = Math.max(longest, event.text.length);
    }
    assert.equal(length, 30_000_000);
    assert.ok(longest < 1_000_000);
  });

  test(`${name}: the SDK's log stays off stdout and stderr, whatever the environment asks for`, async () => {
    await using fake = await startFakeProvider();
    const env = {
      OPENAI_BASE_URL: fake.openaiUrl,
      ANTHROPIC_BASE_URL: fake.anthropicUrl,
      OPENAI_API_KEY: 'k-1',
      ANTHROPIC_API_KEY: 'k-2',
      OPENAI_LOG: 'debug',
      ANTHROPIC_LOG: 'debug',
    };
    const { stdout, stderr } = await run(env, id, 'be quiet');
    assert.deepEqual([stdout, stderr], [`[${id.split('/')[1]}] be quiet`, '']);
  });
}

test('a model near its end of life prints no note of the SDK', async () => {
  await using fake = await startFakeProvider();
  const { stderr } = await run(
    { ANTHROPIC_BASE_URL: fake.anthropicUrl, ANTHROPIC_API_KEY: 'k-2' },
    'anthropic/claude-sonnet-4-5',
  );
  assert.equal(stderr, '');
});

test("headers that a variable adds for OpenAI do not go to other hosts, nor do OpenAI's organisation and project", async () => {
  await using fake = await startFakeProvider();
  const env = {
    OPENAI_CUSTOM_HEADERS: 'x-secret: s\nauthorization: Bearer other',
    OPENAI_ORG_ID: 'org',
    OPENAI_PROJECT_ID: 'proj',
    OPENAI_API_KEY: 'k-openai',
    OPENAI_BASE_URL: fake.openaiUrl,
    GROQ_API_KEY: 'k-groq',
    GROQ_BASE_URL: fake.openaiUrl,
  };
  await run(env, 'groq/m');
  await run(env, 'openai/m');
  const [groq, openai] = fake.requests.map(({ headers }) => headers);
  const seen = (headers: typeof groq) => [
    headers?.authorization,
    headers?.['x-secret'],
    headers?.['openai-organization'],
    headers?.['openai-project'],
  ];
  assert.deepEqual(seen(groq), ['Bearer k-groq', undefined, undefined, undefined]);
  assert.deepEqual(seen(openai), ['Bearer k-openai', 's', 'org', 'proj']);
});

test('without a key none is sent, not even a placeholder', async () => {
  await using fake = await startFakeProvider();
  const env = { OPENAI_API_KEY: '', ANTHROPIC_API_KEY: '' };
  for (const [id, baseUrl] of [
    ['openai/m', fake.openaiUrl],
    ['anthropic/m', fake.anthropicUrl],
  ] as const) {
    const model = await openAt(fake, id, { spec: { baseUrl }, env });
    await collect(model.stream(ask('hi'), never()));
  }
  assert.deepEqual(
    fake.requests.map(({ headers }) => [headers.authorization, headers['x-api-key']]),
    [
      [undefined, undefined],
      [undefined, undefined],
    ],
  );
});

test('a redirect to another origin is not followed', async () => {
  await using elsewhere = await startFakeProvider();
  await using fake = await startFakeProvider({ replies: [{ redirect: `${elsewhere.openaiUrl}/chat/completions` }] });
  const { stdout } = await run({ OPENAI_BASE_URL: fake.openaiUrl, OPENAI_API_KEY: 'k-1' }, 'openai/m');
  assert.match(stdout, /^failed: OpenAI redirects to/);
  assert.equal(elsewhere.requests.length, 0);
});

test('a proxy of the environment is used, and not for what NO_PROXY names', async (t) => {
  await using fake = await startFakeProvider();
  const asked: string[] = [];
  // A plain proxy: whole URLs for http, CONNECT for the rest.
  const proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const target = new URL(request.url ?? '');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`data: {"choices":[{"delta":{"content":"via ${target.host}"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`);
  });
  proxy.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  t.after(() => proxy.close());
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const env = { OPENAI_API_KEY: 'k-1', HTTP_PROXY: url, https_proxy: url, NO_PROXY: '127.0.0.1' };

  const plain = await run({ ...env, OPENAI_BASE_URL: 'http://models.example/v1' }, 'openai/m');
  assert.equal(plain.stdout, 'via models.example');
  const secure = await run({ ...env, OPENAI_BASE_URL: 'https://models.example/v1' }, 'openai/m');
  assert.match(secure.stdout, /^failed: the proxy did not connect to models\.example \(403\)/);
  const direct = await run({ ...env, OPENAI_BASE_URL: fake.openaiUrl }, 'openai/m');
  assert.equal(direct.stdout, '[m] hello');
  assert.deepEqual(asked, ['POST http://models.example/v1/chat/completions', 'CONNECT models.example:443']);
});

test('a proxy that cannot be reached is named, without its password', async () => {
  const env = {
    OPENAI_API_KEY: 'k-1',
    HTTP_PROXY: 'http://user:secret@127.0.0.1:9',
    HTTPS_PROXY: 'http://user:secret@127.0.0.1:9',
  };
  for (const scheme of ['http', 'https']) {
    const { stdout } = await run({ ...env, OPENAI_BASE_URL: `${scheme}://models.example/v1` }, 'openai/m');
    assert.match(stdout, /could not be reached at models\.example through the proxy 127\.0\.0\.1:9 \(ECONNREFUSED\)/);
    assert.doesNotMatch(stdout, /secret/);
  }
});

test('a host that takes the connection and says nothing is left after the limit', async (t) => {
  const server = createSocketServer((socket) => socket.on('error', () => {}));
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const model = await openAt({ openaiUrl: url, anthropicUrl: url }, 'openai/m', { timeouts: { connectMs: 100 } });
  await assert.rejects(collect(model.stream(ask('hi'), never())), { code: 'PC6004', reason: 'timeout' });
});

test('the next call takes the connection of one whose answer has come, and does not wait for a host that lingers', async (t) => {
  const answer = `data: ${JSON.stringify({ choices: [{ delta: { content: 'x' }, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`;
  let connections = 0;
  let lingers = false;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (lingers) response.write(answer);
      else response.end(answer);
    });
  });
  server.on('connection', () => connections++);
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const model = await openAt({ openaiUrl: url, anthropicUrl: url }, 'openai/m');
  for (let call = 0; call < 5; call++) await collect(model.stream(ask('hi'), never()));
  assert.equal(connections, 1);
  lingers = true;
  for (let call = 0; call < 3; call++) await collect(model.stream(ask('hi'), never()));
  assert.equal(connections, 3);
});
