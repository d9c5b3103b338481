import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { head, type RawAnswer, raw } from './raw.ts';
import { chainOf, postJson, type Serving, serve } from './serving.ts';

const TOKEN = 'a-token-of-the-test-0123456789';
const RUNS = 'POST /chains/one/runs';
const RUN = JSON.stringify({ input: 'x', stream: false });

let server: Serving;

before(async () => {
  server = await serve({
    files: { 'one.yaml': chainOf('one') },
    env: { PROMPTCHAIN_SERVE_TOKEN: TOKEN },
    args: ['--max-body', '10kb', '--request-timeout', '700ms', '--allow-origin', 'https://app.example.com'],
  });
});

after(async () => {
  await server[Symbol.asyncDispose]();
});

/** Headers of a request that is in order. */
function proper(body = RUN): Record<string, string | number> {
  return {
    Host: `127.0.0.1:${server.port}`,
    Authorization: `Bearer ${TOKEN}`,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  };
}

function without(name: string, body = RUN): Record<string, string | number> {
  const { [name]: _, ...rest } = proper(body);
  return rest;
}

interface Case {
  readonly what: string;
  readonly status: number;
  readonly ask: () => Promise<RawAnswer>;
}

const send = (line: string, headers: Record<string, string | number>, body: string | Buffer = RUN) =>
  raw(server.port, head(line, headers), body);
const withBody = (body: string | Buffer, more: Record<string, string> = {}) =>
  send(RUNS, { ...proper(), 'Content-Length': Buffer.byteLength(body), ...more }, body);
const upgrade = (headers: Record<string, string>) =>
  raw(
    server.port,
    head('GET /chat/one', {
      Host: `127.0.0.1:${server.port}`,
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Protocol': `promptchain.chat.v1, bearer.${TOKEN}`,
      ...headers,
    }),
  );

const REFUSED: readonly Case[] = [
  { what: 'another host', status: 421, ask: () => send(RUNS, { ...proper(), Host: 'evil.example' }) },
  {
    what: 'another host that begins like ours',
    status: 421,
    ask: () => send(RUNS, { ...proper(), Host: '127.0.0.1.evil.example' }),
  },
  { what: 'a host with a user', status: 421, ask: () => send(RUNS, { ...proper(), Host: 'evil@127.0.0.1' }) },
  {
    what: 'two hosts',
    status: 400,
    ask: () => raw(server.port, `GET /chains HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nHost: evil.example\r\n\r\n`),
  },
  { what: 'no host', status: 400, ask: () => send(RUNS, without('Host')) },
  { what: 'HTTP/1.0 without a host', status: 421, ask: () => raw(server.port, 'GET /chains HTTP/1.0\r\n\r\n') },
  { what: 'a whole URL of another host', status: 400, ask: () => send('POST http://evil.example/chains/one/runs', proper()) },
  { what: 'a foreign origin', status: 403, ask: () => send(RUNS, { ...proper(), Origin: 'https://evil.example' }) },
  { what: 'an origin on another port', status: 403, ask: () => send(RUNS, { ...proper(), Origin: 'http://127.0.0.1:1' }) },
  { what: 'the origin of a file', status: 403, ask: () => send(RUNS, { ...proper(), Origin: 'null' }) },
  {
    what: 'the question of a foreign page',
    status: 403,
    ask: () =>
      send(
        'OPTIONS /chains/one/runs',
        { ...proper(''), Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' },
        '',
      ),
  },
  { what: 'no token', status: 401, ask: () => send(RUNS, without('Authorization')) },
  { what: 'a wrong token', status: 401, ask: () => send(RUNS, { ...proper(), Authorization: `Bearer ${TOKEN}x` }) },
  {
    what: 'the token in the address',
    status: 401,
    ask: () => send(`POST /chains/one/runs?token=${TOKEN}`, without('Authorization')),
  },
  {
    what: 'the token as a password',
    status: 401,
    ask: () => send(RUNS, { ...proper(), Authorization: `Basic ${Buffer.from(`:${TOKEN}`).toString('base64')}` }),
  },
  {
    what: 'the token as the subprotocol of no WebSocket',
    status: 401,
    ask: () => send(RUNS, { ...without('Authorization'), 'Sec-WebSocket-Protocol': `bearer.${TOKEN}` }),
  },
  { what: 'no token at an address that is none', status: 401, ask: () => send('GET /nothing', without('Authorization', ''), '') },
  {
    what: 'what a form posts',
    status: 415,
    ask: () => withBody('input=x', { 'Content-Type': 'application/x-www-form-urlencoded' }),
  },
  { what: 'JSON as plain text', status: 415, ask: () => withBody(RUN, { 'Content-Type': 'text/plain' }) },
  { what: 'a body without a type', status: 415, ask: () => send(RUNS, without('Content-Type')) },
  { what: 'another charset', status: 415, ask: () => withBody(RUN, { 'Content-Type': 'application/json; charset=utf-16' }) },
  { what: 'a compressed body', status: 415, ask: () => withBody(RUN, { 'Content-Encoding': 'gzip' }) },
  { what: 'a body that says it is too large', status: 413, ask: () => send(RUNS, { ...proper(), 'Content-Length': 1e9 }, '') },
  {
    what: 'the same, that waits to be told to go on',
    status: 413,
    ask: () => send(RUNS, { ...proper(), 'Content-Length': 1e9, Expect: '100-continue' }, ''),
  },
  {
    what: 'a body that grows too large',
    status: 413,
    ask: () => send(RUNS, { ...without('Content-Length'), 'Transfer-Encoding': 'chunked' }, `5000\r\n${'x'.repeat(0x5000)}\r\n`),
  },
  {
    what: 'bytes that are no UTF-8',
    status: 400,
    ask: () => withBody(Buffer.from('{"input":"\xff\xfe","stream":false}', 'latin1')),
  },
  { what: 'half a JSON', status: 400, ask: () => withBody('{"input": "x"') },
  { what: 'no JSON', status: 400, ask: () => withBody('input') },
  {
    what: 'JSON that is nested too deeply',
    status: 400,
    ask: () => withBody(`{"inputs":{"a":${'['.repeat(4000)}${']'.repeat(4000)}}}`),
  },
  { what: 'a list', status: 400, ask: () => withBody('[]') },
  { what: 'no body', status: 400, ask: () => send(RUNS, { ...proper(''), 'Content-Length': 0 }, '') },
  { what: 'a field that is unknown', status: 400, ask: () => withBody('{"input":"x","file":"/etc/passwd"}') },
  { what: 'a value of another type', status: 400, ask: () => withBody('{"input":7}') },
  { what: 'an input that does not exist', status: 400, ask: () => withBody('{"input":"x","inputs":{"a":1}}') },
  {
    what: 'an override that is not allowed',
    status: 400,
    ask: () => withBody('{"input":"x","overrides":{"model":"openai/gpt-4.1"}}'),
  },
  { what: 'no input where the chain reads one', status: 400, ask: () => withBody('{"stream":false}') },
  { what: 'a chain that is not served', status: 404, ask: () => send('POST /chains/two/runs', proper()) },
  { what: 'a chain by its file', status: 404, ask: () => send('POST /chains/one.yaml/runs', proper()) },
  { what: 'a path that climbs', status: 404, ask: () => send('GET /../../etc/passwd', proper(''), '') },
  {
    what: 'a path that climbs in disguise',
    status: 404,
    ask: () => send('GET /page/..%2f..%2f..%2fetc%2fpasswd', proper(''), ''),
  },
  { what: 'a path with backslashes', status: 400, ask: () => send('GET /..\\..\\etc', proper(''), '') },
  { what: 'a path with two slashes', status: 400, ask: () => send('GET //etc/passwd', proper(''), '') },
  { what: 'a path with half an escape', status: 404, ask: () => send('GET /runs/%', proper(''), '') },
  { what: 'a run id that climbs', status: 404, ask: () => send('GET /runs/..%2F..%2Fetc%2Fpasswd', proper(''), '') },
  {
    what: 'a run that is none',
    status: 404,
    ask: () => send('POST /runs/20260101-000000-00000000/cancel', { ...proper(''), 'Content-Length': 0 }, ''),
  },
  { what: 'another method', status: 405, ask: () => send('DELETE /chains/one/runs', proper(''), '') },
  { what: 'a method nobody has heard of', status: 400, ask: () => send('FETCH /chains', proper(''), '') },
  { what: 'bytes that are no HTTP', status: 400, ask: () => raw(server.port, 'hello\r\n\r\n') },
  {
    what: 'two lengths',
    status: 400,
    ask: () => raw(server.port, `${RUNS} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n`),
  },
  {
    what: 'a length and chunks',
    status: 400,
    ask: () => send(RUNS, { ...proper(), 'Transfer-Encoding': 'chunked' }, '0\r\n\r\n'),
  },
  {
    what: 'headers without end',
    status: 431,
    ask: () => send('GET /chains', { ...proper(''), 'X-Long': 'x'.repeat(40_000) }, ''),
  },
  { what: 'a head that does not end', status: 408, ask: () => raw(server.port, 'GET /chains HTTP/1.1\r\nHost: 127.0.0.1\r\n') },
  { what: 'a connection that says nothing', status: 408, ask: () => raw(server.port) },
  { what: 'a body that does not come', status: 408, ask: () => send(RUNS, proper(), RUN.slice(0, 5)) },
  { what: 'an upgrade from a foreign page', status: 403, ask: () => upgrade({ Origin: 'https://evil.example' }) },
  { what: 'an upgrade by another name', status: 421, ask: () => upgrade({ Host: 'evil.example' }) },
  { what: 'an upgrade without a token', status: 401, ask: () => upgrade({ 'Sec-WebSocket-Protocol': 'promptchain.chat.v1' }) },
  {
    what: 'an upgrade with a wrong token',
    status: 401,
    ask: () => upgrade({ 'Sec-WebSocket-Protocol': 'bearer.wrong-wrong-wrong' }),
  },
];

describe('a request that is refused', () => {
  for (const { what, status, ask } of REFUSED) {
    test(`${what}: ${status}`, async () => {
      const answer = await ask();
      assert.equal(answer.status, status, answer.body);
      assert.doesNotMatch(answer.body, /root:|\n +at |node_modules|promptchain-test-/);
      assert.ok(!answer.body.includes(TOKEN));
    });
  }

  test('nothing else came of any of them, and nothing of them is told', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    assert.deepEqual(await (await fetch(`${server.url}/runs`, { headers })).json(), { runs: [] });
    assert.equal(server.fake.requests.length, 0);
    assert.ok(!server.stderr().includes(TOKEN));
    assert.doesNotMatch(server.stderr(), /\n +at /);
    assert.equal((await postJson(`${server.url}/chains/one/runs`, { input: 'x', stream: false }, headers)).status, 200);
    assert.equal(server.fake.requests.length, 1);
  });
});

describe('a refusal', () => {
  test('of a token says how to send it, and is OpenAI’s under /v1', async () => {
    const answer = await fetch(`${server.url}/v1/models`);
    assert.equal(answer.status, 401);
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer /);
    const { error } = (await answer.json()) as { error: { type: string; code: string; message: string } };
    assert.deepEqual({ type: error.type, code: error.code }, { type: 'authentication_error', code: 'PC2262' });
  });

  test('of a method says which there are', async () => {
    const answer = await send('PUT /runs', proper(''), '');
    assert.equal(answer.headers.allow, 'GET, HEAD');
  });

  test('closes the connection where more would come', async () => {
    const answer = await send(RUNS, { ...proper(), 'Content-Length': 1e9 }, '');
    assert.equal(answer.headers.connection, 'close');
  });
});

describe('a page', () => {
  test('of an allowed origin is told that it may ask, and is answered', async () => {
    const origin = { Origin: 'https://app.example.com' };
    const question = await send(
      'OPTIONS /chains/one/runs',
      { ...without('Authorization', ''), ...origin, 'Access-Control-Request-Method': 'POST' },
      '',
    );
    assert.equal(question.status, 204);
    assert.equal(question.headers['access-control-allow-origin'], 'https://app.example.com');
    assert.match(question.headers['access-control-allow-headers'] ?? '', /Authorization/);
    const answer = await send('GET /chains', { ...proper(''), ...origin }, '');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['access-control-allow-origin'], 'https://app.example.com');
  });

  test('of our own origin is answered, and nobody else may read it', async () => {
    const answer = await send('GET /chains', { ...proper(''), Origin: `http://127.0.0.1:${server.port}` }, '');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
    assert.equal(answer.headers['cross-origin-resource-policy'], 'same-origin');
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.equal(answer.headers['cache-control'], 'no-store');
  });
});

test('a WebSocket takes the token as a subprotocol, and does not repeat it', async () => {
  const answer = await upgrade({});
  assert.equal(answer.status, 101, answer.body);
  assert.equal(answer.headers['sec-websocket-protocol'], 'promptchain.chat.v1');
});

test('probes need no token', async () => {
  for (const path of ['/healthz', '/readyz']) assert.equal((await fetch(`${server.url}${path}`)).status, 200, path);
  assert.equal((await fetch(`${server.url}/metrics`)).status, 401);
});
