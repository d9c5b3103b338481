import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { connect as dial, type Socket } from 'node:net';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { SUBPROTOCOL } from '../../../src/serve/chat/protocol.ts';
import { serve, within } from '../serving.ts';
import { chatWith, connect } from './client.ts';

const CHAT = 'name: chat\nmodel: openai/gpt-4.1-mini\nsteps:\n  - prompt: "{input}"\n    history: full\n';

/** Frames as they are on the wire, masked with zeros, and the code the server closes with. */
const MALFORMED: readonly (readonly [what: string, frame: Buffer, code: number])[] = [
  ['no JSON', text('{"type":'), 1007],
  ['nothing', text(''), 1007],
  ['JSON that is too deep', text('['.repeat(100_000)), 1007],
  ['bytes that are not UTF-8', frame(0x81, Buffer.from([0x22, 0xc3, 0x28, 0x22])), 1007],
  ['an overlong form', frame(0x81, Buffer.from([0xc0, 0xaf])), 1007],
  ['a binary frame', frame(0x82, Buffer.from('{"type":"hello"}')), 1003],
  ['a frame that is not masked', Buffer.from([0x81, 0x02, 0x7b, 0x7d]), 1002],
  ['a reserved bit', frame(0xc1, Buffer.from('{}')), 1002],
  ['a reserved opcode', frame(0x83, Buffer.from('{}')), 1002],
  ['a control frame in pieces', frame(0x09, Buffer.from('x')), 1002],
  ['a control frame that is too long', frame(0x89, Buffer.alloc(126)), 1002],
  ['a continuation of nothing', frame(0x80, Buffer.from('{}')), 1002],
  ['a text in the middle of another', Buffer.concat([frame(0x01, Buffer.from('{')), frame(0x81, Buffer.from('}'))]), 1002],
  ['a close with a code that is none', frame(0x88, Buffer.from([0x00, 0x01])), 1002],
  ['a message larger than the limit', head(0x81, 5 * 1024 * 1024), 1009],
  ['a length beyond all numbers', Buffer.concat([Buffer.from([0x81, 0xff]), Buffer.alloc(8, 0xff), Buffer.alloc(4)]), 1009],
  ['a message before hello', text('{"type":"reset"}'), 1008],
];

test('malformed frames close with the right code, and touch nobody else', async () => {
  await using server = await serve({ files: { 'chat.yaml': CHAT } });
  using ada = await chatWith(server.url, 'chat');
  for (const [what, bytes, code] of MALFORMED) {
    const { socket, codeOf } = await upgraded(server.port);
    socket.write(bytes);
    assert.equal(await within(codeOf, `${what}: not closed`), code, what);
    socket.destroy();
  }
  // A session may break its own client only.
  for (const [what, bytes, code] of MALFORMED.slice(0, -1)) {
    const { socket, codeOf } = await upgraded(server.port);
    socket.write(text(JSON.stringify({ type: 'hello', session: ada.hello.session })));
    socket.write(bytes);
    assert.equal(await within(codeOf, `${what}: not closed`), code, what);
    socket.destroy();
  }
  assert.equal((await ada.ask('still there?')).text, '[gpt-4.1-mini] still there?');
  assert.equal(server.fake.requests.length, 1);
  assert.deepEqual([...new Set(ada.all.map(({ type }) => type))], ['hello', 'turn.started', 'delta', 'turn.completed']);
});

test('a message in pieces, pings between them, is one message', async () => {
  await using server = await serve({ files: { 'chat.yaml': CHAT } });
  const { socket, codeOf } = await upgraded(server.port);
  const bytes = Buffer.from(JSON.stringify({ type: 'hello', session: 'größe 🙂' }));
  for (const [index, byte] of bytes.entries()) {
    socket.write(frame((index === 0 ? 0x01 : 0x00) + (index === bytes.length - 1 ? 0x80 : 0), Buffer.from([byte])));
    if (index % 5 === 0) socket.write(frame(0x89, Buffer.from('?')));
  }
  using ada = await chatWith(server.url, 'chat', { session: 'größe 🙂' });
  assert.equal(ada.hello.session, 'größe 🙂');
  socket.write(frame(0x88, Buffer.from([0x03, 0xe8])));
  assert.equal(await within(codeOf, 'not closed'), 1000);
});

test('who sends too many frames is closed', async () => {
  await using server = await serve({ files: { 'chat.yaml': CHAT } });
  using ada = await chatWith(server.url, 'chat');
  for (let count = 0; count < 250; count += 1) ada.send({ type: 'stop' });
  assert.equal((await ada.closed()).code, 1008);
  using again = await chatWith(server.url, 'chat', { session: ada.hello.session });
  await again.ask('hi');
});

test('an upgrade passes the same guards as every request, and an address without a chat is none', async () => {
  const token = 'a-token-of-the-test-0123456789';
  await using server = await serve({ files: { 'chat.yaml': CHAT }, env: { PROMPTCHAIN_SERVE_TOKEN: token } });
  const authorization = `Bearer ${token}`;
  const statusOf = async (path: string, headers: Readonly<Record<string, string>>): Promise<string> =>
    (await ask(server.port, path, headers)).slice('HTTP/1.1 '.length).split(' ')[0] ?? '';
  assert.equal(await statusOf('/chat/chat', {}), '401');
  assert.equal(await statusOf('/chat/chat', { authorization: 'Bearer wrong-wrong-wrong-wrong' }), '401');
  assert.equal(await statusOf('/chat/chat', { authorization, host: 'evil.example' }), '421');
  assert.equal(await statusOf('/chat/chat', { authorization, origin: 'https://evil.example' }), '403');
  assert.equal(await statusOf('/chat/nope', { authorization }), '404');
  assert.equal(await statusOf('/chat/../chat/chat', { authorization }), '404');
  assert.equal(await statusOf('/chat', { authorization }), '404');
  assert.equal(await statusOf('/healthz', { authorization }), '404');
  assert.equal(await statusOf('/chat/chat', { authorization, 'sec-websocket-version': '99' }), '400');
  assert.equal(await statusOf('/chat/chat', { authorization }), '101');
  const answer = await ask(server.port, '/chat/chat', { 'sec-websocket-protocol': `${SUBPROTOCOL}, bearer.${token}` });
  assert.match(answer, /^HTTP\/1\.1 101 /);
  assert.match(answer, new RegExp(`^sec-websocket-protocol: ${SUBPROTOCOL}\r$`, 'im'));
  assert.ok(!answer.includes(token));
});

test('the WebSocket of Node itself is understood', async () => {
  await using server = await serve({ files: { 'chat.yaml': CHAT } });
  const program = `
    const socket = new WebSocket(process.argv[1], ['${SUBPROTOCOL}']);
    socket.onopen = () => {
      socket.send(JSON.stringify({ type: 'hello' }));
      socket.send(JSON.stringify({ type: 'message', text: 'hi' }));
    };
    socket.onmessage = ({ data }) => {
      const { type, text } = JSON.parse(data);
      if (type === 'turn.completed') { process.stdout.write(text); socket.close(); }
    };`;
  const args = ['--experimental-websocket', '-e', program, `${server.url.replace('http', 'ws')}/chat/chat`];
  const { stdout } = await within(promisify(execFile)(process.execPath, args), 'no answer', server.stderr);
  assert.equal(stdout, '[gpt-4.1-mini] hi');
});

test('a client that does not read is closed, and the others in its session are not held up', async () => {
  const bytes = 600_000;
  await using server = await serve({ files: { 'chat.yaml': CHAT }, fake: { fallback: { bytes } } });
  using ada = await chatWith(server.url, 'chat');
  using deaf = await connect(server.url, 'chat');
  deaf.send({ type: 'hello', session: ada.hello.session });
  await deaf.next('hello');
  deaf.socket.pause();
  for (let count = 0; count < 12; count += 1) assert.equal((await ada.ask('more')).text.length, bytes);
  deaf.socket.resume();
  assert.ok([1006, 1013].includes((await deaf.closed()).code));
  assert.ok(deaf.all.filter(({ type }) => type === 'turn.completed').length < 12);
});

function text(source: string): Buffer {
  return frame(0x81, Buffer.from(source));
}

function frame(first: number, payload: Buffer): Buffer {
  return Buffer.concat([head(first, payload.length), payload]);
}

/** What comes before the payload of a frame: its length, and a mask of zeros. */
function head(first: number, length: number): Buffer {
  const mask = Buffer.alloc(4);
  if (length < 126) return Buffer.concat([Buffer.from([first, 0x80 + length]), mask]);
  if (length < 65_536) return Buffer.concat([Buffer.from([first, 0xfe, length >> 8, length & 0xff]), mask]);
  const long = Buffer.alloc(8);
  long.writeBigUInt64BE(BigInt(length));
  return Buffer.concat([Buffer.from([first, 0xff]), long, mask]);
}

/** A connection that has become a WebSocket, byte by byte; `codeOf` is what the server's close frame says. */
async function upgraded(port: number): Promise<{ readonly socket: Socket; readonly codeOf: Promise<number> }> {
  const socket = dial(port, '127.0.0.1').on('error', () => undefined);
  let got = Buffer.alloc(0);
  const codeOf = new Promise<number>((resolve) => {
    const look = (): void => {
      const at = got.indexOf('\r\n\r\n') + 4;
      for (let index = at; at > 3 && index + 1 < got.length; ) {
        const short = (got[index + 1] ?? 0) & 0x7f;
        const [start, length] = short < 126 ? [index + 2, short] : [index + 4, got.readUInt16BE(index + 2)];
        if (got[index] === 0x88 && start + 2 <= got.length) resolve(got.readUInt16BE(start));
        index = start + length;
      }
    };
    socket.on('data', (more: Buffer) => {
      got = Buffer.concat([got, more]);
      look();
    });
  });
  socket.write(handshake('/chat/chat', port, {}));
  return { socket, codeOf };
}

/** The head of the answer to an upgrade. */
function ask(port: number, path: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const socket = dial(port, '127.0.0.1').on('error', () => undefined);
  let got = '';
  const answer = new Promise<string>((resolve) => {
    socket.on('data', (more) => {
      got += more.toString();
      if (got.includes('\r\n\r\n')) resolve(got);
    });
  });
  socket.write(handshake(path, port, headers));
  return within(answer, 'no answer', () => got).finally(() => socket.destroy());
}

function handshake(path: string, port: number, headers: Readonly<Record<string, string>>): string {
  const all = {
    host: `127.0.0.1:${port}`,
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}
