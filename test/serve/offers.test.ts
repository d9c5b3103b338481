import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { head, raw } from './raw.ts';
import { chainOf, serve, within } from './serving.ts';

/** What Java's client sends with every request, and curl with --http2. */
const OFFER = {
  Connection: 'Upgrade, HTTP2-Settings',
  Upgrade: 'h2c',
  'HTTP2-Settings': 'AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA',
};
const ASK = JSON.stringify({ model: 'one', messages: [{ role: 'user', content: 'é' }] });

test('a client that offers HTTP/2 is answered as one that does not, by the same rules', async () => {
  await using server = await serve({ files: { 'one.yaml': chainOf('one') }, args: ['--max-body', '10kb'] });
  const host = { Host: `127.0.0.1:${server.port}` };
  const json = { ...host, ...OFFER, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(ASK) };
  const answers = {
    list: await raw(server.port, head('GET /chains', { ...host, ...OFFER })),
    whole: await raw(server.port, head('POST /v1/chat/completions', json) + ASK),
    pieces: await raw(server.port, head('POST /v1/chat/completions', json), ASK.slice(0, 9), ASK.slice(9)),
    large: await raw(server.port, head('POST /v1/chat/completions', { ...json, 'Content-Length': 1e9 })),
    foreign: await raw(server.port, head('GET /chains', { ...host, ...OFFER, Origin: 'https://evil.example' })),
    closing: await raw(server.port, head('GET /chains', { ...host, ...OFFER, Connection: 'close, Upgrade' })),
  };
  assert.deepEqual(
    Object.values(answers).map(({ status }) => status),
    [200, 200, 200, 413, 403, 200],
    JSON.stringify(answers),
  );
  assert.match(answers.pieces.body, /Say: Ã©/);
  assert.equal(answers.closing.headers.connection, 'close');
  await server.live.saw('stderr', ' POST /v1/chat/completions 200 ', 2);
});

test('it may ask again on the same connection', async () => {
  await using server = await serve({ files: { 'one.yaml': chainOf('one') } });
  const socket = connect(server.port, '127.0.0.1');
  let said = '';
  let wake = (): void => undefined;
  socket
    .setEncoding('utf8')
    .on('error', () => undefined)
    .on('data', (more: string) => {
      said += more;
      wake();
    });
  for (let time = 1; time <= 20; time += 1) {
    socket.write(head('GET /chains', { Host: `127.0.0.1:${server.port}`, ...OFFER }));
    const answered = new Promise<void>((resolve) => {
      wake = () => (said.split('"overridable":[]').length > time ? resolve() : undefined);
      wake();
    });
    await within(answered, `no answer ${time}`, () => said);
  }
  assert.equal(said.split('HTTP/1.1 200 ').length - 1, 20);
  socket.destroy();
  assert.doesNotMatch(server.stderr(), /warning/i);
});
