import assert from 'node:assert/strict';
import { test } from 'node:test';
import { websocket } from '../../../src/cli/help/websocket.ts';
import { CLOSE, type ClientMessage, clientMessage, type ServerMessage, SUBPROTOCOL } from '../../../src/serve/chat/protocol.ts';

test('what the help says a client sends is what the server takes, each kind of message', async () => {
  const [, sent = ''] = /^You send\n(.*?)^and get/ms.exec(await websocket.text()) ?? [];
  const messages: ClientMessage[] = [...sent.matchAll(/^ {2}(\{.*?\})(?: {5}|$)/gm)].map(([, json = '']) =>
    clientMessage.parse(JSON.parse(json)),
  );
  assert.deepEqual(
    messages.map(({ type }) => type),
    ['hello', 'message', 'stop', 'reset'],
  );
});

test('the help shows each kind of message that the server sends', async () => {
  const [, got = ''] = /^and get\n(.*?)^The session/ms.exec(await websocket.text()) ?? [];
  const types: { readonly [type in ServerMessage['type']]: true } = {
    hello: true,
    'turn.queued': true,
    'turn.started': true,
    delta: true,
    step: true,
    'turn.completed': true,
    'turn.failed': true,
    reset: true,
    error: true,
  };
  assert.deepEqual(
    [...got.matchAll(/^ {2}\{"type":"([\w.]+)"/gm)].map(([, type]) => type),
    Object.keys(types),
  );
});

test('the help names the subprotocol and every code the server closes with', async () => {
  const text = await websocket.text();
  assert.ok(text.includes(SUBPROTOCOL));
  for (const code of Object.values(CLOSE)) assert.ok(text.includes(String(code)), String(code));
});
