import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSandbox } from '../../cli/sandbox.ts';
import { serve, within } from '../serving.ts';
import { type ChatClient, chatWith } from './client.ts';

const CHAT = 'name: chat\nmodel: openai/gpt-4.1-mini\nsteps:\n  - prompt: "{input}"\n    history: full\n';
const CHATS = 30;

test('kill -9 in the middle of many chats: every turn that was acknowledged is there, none twice, and what was lost can be said again', async () => {
  using sandbox = openSandbox();
  const sessions: { readonly session: string; readonly asked: string[]; readonly acknowledged: string[] }[] = [];
  for (let round = 0; round < 3; round += 1) {
    await using server = await serve({ sandbox, files: { 'chat.yaml': CHAT }, fake: { fallback: { paceMs: 2 } } });
    const clients = await Promise.all(Array.from({ length: CHATS }, (_, at) => comeBack(server.url, sessions, at)));
    let turns = 0;
    let isEnough = (): void => undefined;
    const enough = new Promise<void>((resolve) => {
      isEnough = resolve;
    });
    const talking = clients.map(async (client, at) => {
      const own = sessions[at];
      for (let count = 0; own !== undefined; count += 1) {
        const id = own.asked.find((asked) => !own.acknowledged.includes(asked)) ?? `${round}-${count}`;
        if (!own.asked.includes(id)) own.asked.push(id);
        client.send({ type: 'message', id, text: id });
        own.acknowledged.push((await client.next('turn.completed')).id);
        turns += 1;
        if (turns >= CHATS * 4) isEnough();
      }
    });
    const left = Promise.allSettled(talking);
    await within(enough, 'too few turns', server.stderr);
    await server.stop('SIGKILL');
    await within(left, 'clients are not told that the server has gone');
    for (const client of clients) client[Symbol.dispose]();
  }

  await using server = await serve({ sandbox, files: { 'chat.yaml': CHAT } });
  for (const { session, asked, acknowledged } of sessions) {
    using client = await chatWith(server.url, 'chat', { session });
    const kept = client.hello.turns.map(({ id = '' }) => id);
    assert.deepEqual(new Set(kept).size, kept.length, 'none twice');
    assert.deepEqual(
      acknowledged.filter((id) => !kept.includes(id)),
      [],
      'every acknowledged turn is there',
    );
    assert.deepEqual(
      kept.filter((id) => !asked.includes(id)),
      [],
    );
    for (const { user, assistant } of client.hello.turns) assert.equal(assistant, `[gpt-4.1-mini] ${user}`);
  }
  const { code, stdout } = await sandbox.run(['memory', 'list']);
  assert.equal(code, 0, stdout);
});

test('SIGTERM lets the turn that goes on come to its end, takes back what waits, and says that it is going', async () => {
  using sandbox = openSandbox();
  let session = '';
  {
    await using server = await serve({ sandbox, files: { 'chat.yaml': CHAT }, fake: { fallback: { paceMs: 300 } } });
    using ada = await chatWith(server.url, 'chat');
    using bob = await chatWith(server.url, 'chat');
    ({ session } = ada.hello);
    ada.send({ type: 'message', id: 'a', text: 'one two three four' });
    await ada.next('delta');
    ada.send({ type: 'message', id: 'b', text: 'waits' });
    await ada.next('turn.queued');
    const ended = server.stop('SIGTERM');
    const taken = await ada.next('turn.failed');
    assert.deepEqual([taken.id, taken.error.code, taken.stopped], ['b', 'PC2269', false]);
    assert.equal((await ada.next('turn.completed')).id, 'a');
    assert.deepEqual([(await ada.closed()).code, (await bob.closed()).code], [1001, 1001]);
    await ended;
  }
  await using server = await serve({ sandbox, files: { 'chat.yaml': CHAT } });
  using again = await chatWith(server.url, 'chat', { session });
  assert.deepEqual(again.hello.turns, [{ id: 'a', user: 'one two three four', assistant: '[gpt-4.1-mini] one two three four' }]);
});

test('a turn nobody waits for goes on for a while: who comes back in time hears the end of it', async () => {
  await using server = await serve({ files: { 'chat.yaml': CHAT }, fake: { fallback: { paceMs: 200 } } });
  const ada = await chatWith(server.url, 'chat');
  ada.send({ type: 'message', id: 'a', text: 'one two three four five six' });
  await ada.next('delta');
  ada.socket.terminate();
  await ada.closed();
  using again = await chatWith(server.url, 'chat', { session: ada.hello.session });
  assert.equal((await again.next('turn.started')).id, 'a');
  assert.equal((await again.next('turn.completed')).text, '[gpt-4.1-mini] one two three four five six');
});

async function comeBack(
  url: string,
  sessions: { session: string; asked: string[]; acknowledged: string[] }[],
  at: number,
): Promise<ChatClient> {
  const client = await chatWith(url, 'chat', { session: sessions[at]?.session });
  sessions[at] ??= { session: client.hello.session, asked: [], acknowledged: [] };
  return client;
}
