import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { test } from 'node:test';
import { head } from './raw.ts';
import { chainOf, postJson, serve, within } from './serving.ts';

const ANSWER_BYTES = 200 * 1024 * 1024;

test('clients that read nothing do not grow the server, are hung up on, and the others are served meanwhile', async () => {
  await using server = await serve({
    files: { 'one.yaml': chainOf('one') },
    args: ['--drop-after', '3s', '--no-save'],
    fake: { replies: (request) => (JSON.stringify(request.body).includes('large') ? { bytes: ANSWER_BYTES } : {}) },
  });
  const body = JSON.stringify({ input: 'large' });
  const sockets = Array.from({ length: 3 }, () => {
    const socket = connect(server.port, '127.0.0.1').pause();
    const headers = { Host: '127.0.0.1', 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    socket.on('error', () => undefined).write(head('POST /chains/one/runs', headers) + body);
    return socket;
  });
  await within(server.fake.received(sockets.length), 'the runs do not begin', server.stderr);
  const before = rssOf(server.live.child.pid);
  let most = before;
  let dropped = false;
  const abandoned = within(server.fake.abandoned(sockets.length), 'the runs are not ended', server.stderr).then(() => {
    dropped = true;
  });
  while (!dropped) {
    const { status } = await postJson(`${server.url}/chains/one/runs`, { input: 'small', stream: false });
    assert.equal(status, 200);
    most = Math.max(most, rssOf(server.live.child.pid));
  }
  await abandoned;
  for (const socket of sockets) socket.destroy();
  assert.ok(most - before < 150 * 1024 * 1024, `grew from ${before} to ${most} bytes`);
});

/** Bytes of memory that a process has. */
function rssOf(pid = 0): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
