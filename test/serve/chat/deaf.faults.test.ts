import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { WebSocket } from 'ws';
import { serve } from '../serving.ts';
import { chatWith, connect } from './client.ts';

const CHAT = 'name: chat\nmodel: openai/gpt-4.1-mini\nsteps: [{ prompt: "{input}", history: full }]\n';
const ANSWER_BYTES = 3_500_000;
const CLIENTS = 100;

test('a large answer for many clients of a session that read nothing is in memory once', async () => {
  await using server = await serve({
    files: { 'chat.yaml': CHAT },
    args: ['-q'],
    fake: { replies: (request) => (JSON.stringify(request.body).includes('"content":"large"}]') ? { bytes: ANSWER_BYTES } : {}) },
  });
  using ada = await chatWith(server.url, 'chat');
  const sockets: WebSocket[] = [];
  for (let count = 0; count < CLIENTS; count += 1) {
    const deaf = await connect(server.url, 'chat');
    deaf.send({ type: 'hello', session: ada.hello.session });
    await deaf.next('hello');
    deaf.socket.pause();
    sockets.push(deaf.socket);
  }
  const before = mostOf(server.live.child.pid);
  assert.equal((await ada.ask('large')).text.length, ANSWER_BYTES);
  // She is told first: when she has another answer, the others have been told the first.
  await ada.ask('small');
  const grown = mostOf(server.live.child.pid) - before;
  for (const socket of sockets) socket.terminate();
  assert.ok(grown < (CLIENTS * ANSWER_BYTES) / 2, `grew by ${grown} bytes`);
});

/** Bytes of memory that a process has had at most. */
function mostOf(pid: number | undefined): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}
