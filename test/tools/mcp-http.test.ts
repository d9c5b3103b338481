import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerSpec } from '../../src/core/tool.ts';
import { type HttpFakeOptions, startHttpFake } from '../fake/mcp-http-server.ts';
import { freePort, newMarker, type Opened, type Overrides, open } from './mcp-world.ts';

function openAt(url: string, headers = {}, overrides: Overrides = {}, transport: 'http' | 'sse' = 'http'): Promise<Opened> {
  const { startTimeoutMs = 5_000, callTimeoutMs = 5_000 } = overrides;
  const spec: ServerSpec = { name: 'web', transport, url, headers, startTimeoutMs, callTimeoutMs };
  return open(spec, newMarker(), overrides);
}

const answering = (status: number, body: string, more = {}): HttpFakeOptions => ({
  instead(_, response) {
    response.writeHead(status, more).end(body);
    return true;
  },
});

test('Streamable HTTP: tools are listed and called with the headers of the entry, the session is ended', async () => {
  await using fake = await startHttpFake();
  const web = await openAt(fake.url, { authorization: 'Bearer t' });
  assert.equal((await web.call('ping')).text, 'pong');
  await web.server.close();
  assert.deepEqual(
    fake.seen.filter((request) => request !== 'GET'),
    ['POST initialize', 'POST notifications/initialized', 'POST tools/list', 'POST tools/call', 'DELETE'],
  );
  assert.ok(fake.headers.every(({ authorization }) => authorization === 'Bearer t'));
});

test('a lost session is opened again, and the call that found out is made again', async () => {
  await using fake = await startHttpFake();
  await using web = await openAt(fake.url);
  fake.restart();
  assert.equal((await web.call('ping')).text, 'pong');
  assert.equal(fake.seen.filter((request) => request === 'POST initialize').length, 2);
  fake.restart();
  assert.equal((await web.call('ping')).text, 'pong');
});

test('a stream that ends or breaks before the answer fails the call at once; it is made again if the tool only reads', async () => {
  await using fake = await startHttpFake();
  await using web = await openAt(fake.url);
  await assert.rejects(web.call('drop'), { code: 'PC7018', message: /"web" was lost before it answered/ });
  await assert.rejects(web.call('drop_all'), { code: 'PC7018' });
  await using other = await startHttpFake();
  await using reads = await openAt(other.url);
  assert.equal((await reads.call('drop_read')).text, 'pong');
  assert.equal(other.seen.filter((request) => request === 'POST tools/call').length, 2);
});

test('a refusal names the way in; an error page is not shown; nobody listening is said', async () => {
  await using closed = await startHttpFake(answering(401, 'no', { 'www-authenticate': 'Bearer' }));
  await assert.rejects(openAt(closed.url), {
    code: 'PC7015',
    message: /wants credentials \(HTTP 401\)/,
    help: /OAuth is not supported/,
  });
  await using broken = await startHttpFake(answering(503, '<html><body>very long page'));
  await assert.rejects(openAt(broken.url), { code: 'PC7017', message: 'the MCP server "web" answered with HTTP 503' });
  await using worded = await startHttpFake(answering(500, 'database is away'));
  await assert.rejects(openAt(worded.url), { code: 'PC7017', message: /HTTP 500: database is away/ });
  await assert.rejects(openAt(`http://127.0.0.1:${await freePort()}/mcp`), {
    code: 'PC7017',
    message: /cannot be reached at http:\/\/127.*: nobody listens there/,
  });
});

test('a redirect to another origin is not followed: no header goes there', async () => {
  await using other = await startHttpFake();
  await using fake = await startHttpFake(answering(307, '', { location: other.url }));
  await assert.rejects(openAt(fake.url, { authorization: 'Bearer t' }), {
    code: 'PC7017',
    message: /HTTP 307: Redirect to .* not followed/,
  });
  assert.deepEqual(other.seen, []);
});

test('an old server that knows only SSE is found by itself and by name', async () => {
  await using fake = await startHttpFake({ old: true });
  await using found = await openAt(fake.url);
  assert.equal((await found.call('ping')).text, 'pong');
  await using named = await openAt(fake.url, {}, {}, 'sse');
  assert.equal((await named.call('ping')).text, 'pong');
});

test('a stream of an old server that breaks is told at once and opened again for the next call', async () => {
  await using fake = await startHttpFake({ old: true });
  await using web = await openAt(fake.url, {}, {}, 'sse');
  await assert.rejects(web.call('drop'), { code: 'PC7018', message: /"web" closed its stream/ });
  assert.equal((await web.call('ping')).text, 'pong');
});

test('a 404 is told as one, after the older transport was tried', async () => {
  await using fake = await startHttpFake(answering(404, 'nothing here'));
  await assert.rejects(openAt(fake.url), { code: 'PC7017', message: /HTTP 404/, help: /check the address: http:\/\/127/ });
  assert.deepEqual(fake.seen, ['POST initialize', 'GET']);
});

test('a server that never answers ends at the time limits, of start and of call', async () => {
  await using silent = await startHttpFake({ instead: () => true });
  await assert.rejects(openAt(silent.url, {}, { startTimeoutMs: 200 }), { code: 'PC7012' });
  await using fake = await startHttpFake({ instead: (_, __, message) => message?.method === 'tools/call' });
  await using web = await openAt(fake.url, {}, { callTimeoutMs: 200 });
  await assert.rejects(web.call('ping'), { code: 'PC7016' });
});

test('an address that is none and a header that cannot be sent are refused, the value of the header unsaid', async () => {
  await assert.rejects(openAt('localhost:3000'), { code: 'PC7017', message: /must begin with http/ });
  await assert.rejects(openAt('http://127.0.0.1:1', { authorization: 'Bearer key\nx' }), {
    code: 'PC7017',
    message: 'the header "authorization" of the MCP server "web" cannot be sent as it is',
  });
});

test('a server that closes its stream at once and asks for it again at once is not asked in a hot loop', async () => {
  await using fake = await startHttpFake({
    instead(request, response) {
      if (request.method === 'GET') response.writeHead(200, { 'content-type': 'text/event-stream' }).end('retry: 0\n\n');
      return request.method === 'GET';
    },
  });
  const start = performance.now();
  await using web = await openAt(fake.url);
  const gets = () => fake.seen.filter((request) => request === 'GET').length;
  while (gets() < 4) assert.equal((await web.call('ping')).text, 'pong');
  assert.ok(performance.now() - start >= 3 * 190);
});

test('an answer without end is broken off', async () => {
  await using fake = await startHttpFake({
    instead(_, response, message) {
      if (message?.method !== 'tools/call') return false;
      response.writeHead(200, { 'content-type': 'application/json' });
      const chunk = Buffer.alloc(1_000_000, 'x');
      const more = () => void (response.writable && response.write(chunk, more));
      more();
      return true;
    },
  });
  await using web = await openAt(fake.url);
  await assert.rejects(web.call('ping'), { message: /more than 64 MiB/ });
});
