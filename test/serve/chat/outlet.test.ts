import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { createOutlet, type Outlet } from '../../../src/serve/chat/outlet.ts';
import { createPatience } from '../../../src/serve/chat/patience.ts';
import { within } from '../serving.ts';

const LIMITS = { unreadBytes: 100_000, slowBytes: 1_000_000, slowBytesOfAll: 1_500_000, stallMs: 3_600_000, farewellMs: 100 };
const FRAME = Buffer.from('x'.repeat(50_000));

test('a client that reads slowly gets everything that is sent within the larger limit', async () => {
  await using world = await open(LIMITS);
  const { client, outlet, socket } = await world.connect();
  let received = 0;
  client.on('message', () => {
    received += 1;
  });
  client.pause();
  let sent = 0;
  for (; socket.bufferedAmount < 600_000; sent += 1) outlet.send(FRAME);
  client.resume();
  await within(drained(socket), 'not taken');
  outlet.close(1000, 'done');
  assert.equal((await within(closeOf(client), 'not closed'))[0], 1000);
  assert.equal(received, sent);
});

for (const [what, limits] of [
  ['has taken nothing for too long', { ...LIMITS, stallMs: -1 }],
  ['has as much waiting as one may', LIMITS],
  ['has as much waiting as all may together', { ...LIMITS, slowBytesOfAll: 200_000 }],
] as const) {
  test(`a client that ${what} is closed, and what waits for it does not grow`, async () => {
    await using world = await open(limits);
    const { client, outlet, socket } = await world.connect();
    const closed = closeOf(client);
    client.pause();
    const most = Math.min(limits.slowBytes, limits.unreadBytes + limits.slowBytesOfAll) + 2 * FRAME.length;
    let buffered = 0;
    for (let sent = 0; socket.readyState === socket.OPEN; sent += 1) {
      assert.ok(sent < 10_000, 'it is not closed');
      outlet.send(FRAME);
      buffered = socket.bufferedAmount;
      assert.ok(buffered < most, String(buffered));
    }
    if (limits.stallMs < 0) assert.ok(buffered < limits.unreadBytes + 2 * FRAME.length, String(buffered));
    client.resume();
    assert.ok([1013, 1006].includes((await within(closed, 'not closed'))[0]));
  });
}

test('what waits for one that has gone counts for the others no more', async () => {
  await using world = await open({ ...LIMITS, slowBytesOfAll: 700_000 });
  for (let count = 0; count < 3; count += 1) {
    const { client, outlet, socket } = await world.connect();
    client.pause();
    while (socket.bufferedAmount < 600_000) outlet.send(FRAME);
    assert.equal(socket.readyState, socket.OPEN);
    const gone = once(socket, 'close');
    client.terminate();
    await within(gone, 'not gone');
  }
});

/** Outlets that share their patience, to clients of real connections. */
async function open(limits: typeof LIMITS) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await once(server, 'listening');
  const patience = createPatience(limits);
  return {
    async connect(): Promise<{ client: WebSocket; socket: WebSocket; outlet: Outlet }> {
      const accepted = once(server, 'connection') as Promise<[WebSocket]>;
      const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
      const [[socket]] = await within(Promise.all([accepted, once(client, 'open')]), 'no connection');
      socket.on('error', () => undefined);
      client.on('error', () => undefined);
      return { client, socket, outlet: createOutlet(socket, patience, limits) };
    },
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

async function drained(socket: WebSocket): Promise<void> {
  while (socket.bufferedAmount > 0) await new Promise((resolve) => setImmediate(resolve));
}

async function closeOf(client: WebSocket): Promise<readonly [code: number]> {
  const [code] = (await once(client, 'close')) as [number];
  return [code];
}
