import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { head } from './raw.ts';
import { chainOf, postJson, type Serving, serve, within } from './serving.ts';

const LOGGED = /^\S+Z ((?:127\.0\.0\.1|-) [A-Z]+ \/\S* (\d{3}|gone) |run \S+ one )/;
const RUN = { input: 'x' };
const OPENAI = { model: 'one', messages: [{ role: 'user', content: 'x' }] };
const CALL = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'one', arguments: { input: 'x' }, _meta: { progressToken: 1 } },
};
const HELLO = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

const REQUESTS: readonly (readonly [path: string, body: object])[] = [
  ['/chains/one/runs', RUN],
  ['/chains/one/runs', { ...RUN, stream: false }],
  ['/v1/chat/completions', OPENAI],
  ['/v1/chat/completions', { ...OPENAI, stream: true }],
  ['/v1/responses', { model: 'one', input: 'x', stream: true }],
  ['/mcp', CALL],
];

/** Sends a request, and resets the connection once `when` says so; resolves when it is closed. */
function resetting(
  server: Serving,
  path: string,
  body: object,
  when: 'sent' | 'half sent' | 'answered',
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const text = JSON.stringify(body);
  const headers = {
    Host: `127.0.0.1:${server.port}`,
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
    'Content-Length': Buffer.byteLength(text),
    ...more,
  };
  const socket = connect(server.port, '127.0.0.1');
  const reset = (): void => void socket.resetAndDestroy();
  socket.on('error', () => undefined);
  socket.write(head(`POST ${path}`, headers) + (when === 'half sent' ? text.slice(0, 5) : text), () => {
    if (when !== 'answered') setImmediate(reset);
  });
  if (when === 'answered') socket.once('data', reset);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return within(closed, `${path} is not answered`, server.stderr);
}

test('clients that reset their connections leave nothing on stdout, and on stderr what we say', async () => {
  await using server = await serve({
    files: { 'one.yaml': chainOf('one') },
    fake: { fallback: { text: 'one two three four', stall: 'mid' } },
    args: ['--heartbeat', '100ms'],
  });
  let requests = 0;
  for (const [path, body] of REQUESTS) {
    for (const when of ['sent', 'half sent', ...(isStreamed(path, body) ? (['answered'] as const) : [])] as const) {
      await resetting(server, path, body, when);
      requests += 1;
      await server.live.saw('stderr', ' POST /', requests);
    }
  }
  const hello = await postJson(`${server.url}/mcp`, HELLO, { accept: 'application/json, text/event-stream' });
  const session = { 'Mcp-Session-Id': hello.headers.get('mcp-session-id') ?? '' };
  await hello.text();
  for (const when of ['sent', 'answered'] as const) await resetting(server, '/mcp', CALL, when, session);
  await server.live.saw('stderr', ' POST /mcp ', 5);
  const begun = await postJson(`${server.url}/chains/one/runs`, { ...RUN, background: true });
  const following = connect(server.port, '127.0.0.1').on('error', () => undefined);
  following.write(head(`GET ${begun.headers.get('location')}/events`, { Host: `127.0.0.1:${server.port}` }));
  following.once('data', () => void following.resetAndDestroy());
  await server.live.saw('stderr', ' GET /runs/');
  const { stdout, stderr } = await server.stop();
  assert.equal(stdout, '');
  const others = stderr
    .trim()
    .split('\n')
    .slice(1)
    .filter((line) => !LOGGED.test(line));
  assert.deepEqual(
    others.filter((line) => !/^stopped by SIGTERM: \d+ runs? ha/.test(line)),
    [],
    stderr,
  );
});

function isStreamed(path: string, body: object): boolean {
  return path === '/chains/one/runs' ? !('stream' in body) : 'stream' in body;
}
