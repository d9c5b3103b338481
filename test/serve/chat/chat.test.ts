import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { ServerMessage } from '../../../src/serve/chat/protocol.ts';
import { openSandbox } from '../../cli/sandbox.ts';
import { serve } from '../serving.ts';
import { type ChatClient, chatWith, connect } from './client.ts';

const CHAT = 'name: chat\nmodel: openai/gpt-4.1-mini\nsteps:\n  - prompt: "{user} says: {input}"\n    history: full\n';
const SLOW = { text: 'one two three four', stall: 'mid', when: 'slow' } as const;

test('a turn streams its answer, is a run with a journal, and knows the turns before it', async () => {
  await using server = await serve({ files: { 'chat.yaml': CHAT } });
  using ada = await chatWith(server.url, 'chat', { user: 'Ada' });
  assert.match(ada.hello.session, /^[\w-]{20,}$/);
  assert.deepEqual(
    { ...ada.hello, session: '' },
    { type: 'hello', v: 1, chain: 'chat', session: '', turns: [], earlier: 0, max_message_bytes: 4 * 1024 * 1024 },
  );

  const id = randomUUID();
  const first = await ada.ask('hi', { id });
  const [started, ...rest] = ada.all.slice(1);
  assert.deepEqual(started, { type: 'turn.started', id, text: 'hi', user: 'Ada', run_id: first.run_id });
  assert.equal(first.text, '[gpt-4.1-mini] Ada says: hi');
  assert.equal(rest.flatMap((message) => (message.type === 'delta' ? [message.text] : [])).join(''), first.text);
  assert.deepEqual(
    [...new Set(rest.map(({ type }) => type))],
    ['delta', 'turn.completed'],
    'events of the steps are for who asks for them',
  );
  assert.ok(first.usage !== null && first.usage.input_tokens > 0);
  const run = (await (await fetch(`${server.url}/runs/${first.run_id}`)).json()) as { status: string };
  assert.equal(run.status, 'success');

  await ada.ask('and now?');
  const sent = server.fake.requests.at(-1)?.body.messages as readonly { readonly content: string }[] | undefined;
  assert.deepEqual(
    sent?.map(({ content }) => content),
    ['hi', first.text, 'Ada says: and now?'],
  );
});

test('everybody in a session hears the same in the same order, also who comes in the middle of a turn', async () => {
  await using server = await serve({ files: { 'chat.yaml': CHAT }, fake: { replies: [SLOW] } });
  using ada = await chatWith(server.url, 'chat', { user: 'Ada' });
  const { session } = ada.hello;
  using bob = await chatWith(server.url, 'chat', { session, user: 'Bob' });
  ada.send({ type: 'message', text: 'slow' });
  let told = '';
  while (told.trimEnd() !== 'one two') told += (await bob.next('delta')).text;
  using eve = await chatWith(server.url, 'chat', { session });
  assert.deepEqual((await eve.next('turn.started')).text, 'slow');
  assert.equal((await eve.next('delta')).text, told);

  bob.send({ type: 'message', text: 'next' });
  assert.deepEqual((await eve.next('turn.queued')).user, 'Bob');
  eve.send({ type: 'stop' });
  const failed = await ada.next('turn.failed');
  assert.equal(failed.stopped, true);
  assert.match(failed.error.code, /^PC\d{4}$/);
  const answers = await Promise.all([ada, bob, eve].map((client) => client.next('turn.completed')));
  assert.deepEqual(new Set(answers.map(({ text }) => text)), new Set(['[gpt-4.1-mini] Bob says: next']));
  const heard = (client: ChatClient): readonly ServerMessage[] => client.all.filter(({ type }) => type !== 'hello');
  assert.deepEqual(heard(ada), heard(bob));
  assert.deepEqual(heard(eve).slice(2), heard(ada).slice(-heard(eve).length + 2));
  await server.fake.abandoned(1);
});

test('events of the steps come to who asked for them', async () => {
  await using server = await serve({ files: { 'chat.yaml': CHAT } });
  using ada = await chatWith(server.url, 'chat', { events: true });
  await ada.ask('hi');
  const types = ada.all.flatMap((message) => (message.type === 'step' ? [message.event.type] : []));
  assert.deepEqual(types, ['run.started', 'step.started', 'step.completed', 'run.completed']);
});

test('a conversation goes on after the connection, and after the server, and one process of promptchain sees the other', async () => {
  using sandbox = openSandbox();
  const id = randomUUID();
  let session = '';
  {
    await using server = await serve({ sandbox, files: { 'chat.yaml': CHAT } });
    using ada = await chatWith(server.url, 'chat');
    ({ session } = ada.hello);
    await ada.ask('one', { id });
    ada.socket.terminate();
    using again = await chatWith(server.url, 'chat', { session });
    assert.deepEqual(again.hello.turns, [{ id, user: 'one', assistant: '[gpt-4.1-mini]  says: one' }]);
    await server.stop();
  }
  await using server = await serve({ sandbox, files: { 'chat.yaml': CHAT } });
  using ada = await chatWith(server.url, 'chat', { session });
  assert.deepEqual(
    ada.hello.turns.map(({ user }) => user),
    ['one'],
  );
  await ada.ask('two');
  const kept = JSON.parse((await sandbox.run(['memory', 'get', 'history', '--namespace', `chat:served:${session}`])).stdout);
  assert.deepEqual(
    (kept as { content: string }[]).map(({ content }) => content.at(-1)),
    ['e', 'e', 'o', 'o'],
  );
});

test('what was said in a terminal is for no client that guesses the name of the session', async () => {
  const own = 'name: own\nmodel: echo/x\nsteps: [{ prompt: "{input}", history: full }]\n';
  using sandbox = openSandbox({ 'own.yaml': own });
  await sandbox.run(['chat', 'own.yaml', '-q', '--session', 'garden'], { stdin: 'my pin is 4711\n' });
  await using server = await serve({ sandbox, files: { 'chat.yaml': CHAT, 'own.yaml': own } });
  for (const chain of ['chat', 'own']) {
    using guest = await chatWith(server.url, chain, { session: 'garden' });
    assert.deepEqual(guest.hello.turns, []);
  }
  assert.match((await sandbox.run(['memory', 'get', 'history', '--namespace', 'chat:garden'])).stdout, /4711/);
});

test('a message that is sent again is not answered twice, whether its turn is over, goes on, or waits', async () => {
  await using server = await serve({ files: { 'chat.yaml': CHAT }, fake: { replies: [{}, SLOW] } });
  using ada = await chatWith(server.url, 'chat');
  const { session } = ada.hello;
  const first = await ada.ask('one', { id: 'a' });
  ada.send({ type: 'message', id: 'b', text: 'slow' });
  await ada.next('delta');
  ada.send({ type: 'message', id: 'c', text: 'later' });
  await ada.next('turn.queued');

  using again = await chatWith(server.url, 'chat', { session });
  for (const [id, text] of [
    ['a', 'one'],
    ['b', 'slow'],
    ['c', 'later'],
  ]) {
    again.send({ type: 'message', id, text });
  }
  const repeated = await again.next('turn.completed');
  assert.deepEqual([repeated.id, repeated.text, repeated.repeated], ['a', first.text, true]);
  again.send({ type: 'message', id: 'a', text: 'another one' });
  assert.deepEqual([(await again.next('error')).code, again.all.at(-1)?.type], ['PC2283', 'error']);
  again.send({ type: 'stop', id: 'b' });
  assert.equal((await again.next('turn.completed')).id, 'c');
  assert.equal((await ada.next('turn.completed')).id, 'c');
  assert.equal(server.fake.requests.length, 3);
  ada.socket.terminate();
  using last = await chatWith(server.url, 'chat', { session });
  assert.deepEqual(
    last.hello.turns.map((turn) => turn.id),
    ['a', 'c'],
  );
});

test('a turn that was stopped or failed is no part of the conversation, and its message can be sent again', async () => {
  const status = { status: 400, error: { message: 'no' } };
  await using server = await serve({ files: { 'chat.yaml': CHAT }, fake: { replies: [status, SLOW] } });
  using ada = await chatWith(server.url, 'chat');
  ada.send({ type: 'message', id: 'a', text: 'one' });
  const failed = await ada.next('turn.failed');
  assert.deepEqual([failed.id, failed.stopped, failed.error.code], ['a', false, 'PC5010']);
  ada.send({ type: 'message', id: 'b', text: 'slow' });
  await ada.next('delta');
  ada.send({ type: 'message', id: 'c', text: 'two' });
  await ada.next('turn.queued');
  ada.send({ type: 'stop', id: 'c' });
  assert.deepEqual([(await ada.next('turn.failed')).error.code], ['PC2286']);
  ada.send({ type: 'stop' });
  assert.equal((await ada.next('turn.failed')).stopped, true);
  await ada.ask('one', { id: 'a' });
  using again = await chatWith(server.url, 'chat', { session: ada.hello.session });
  assert.deepEqual(
    again.hello.turns.map(({ user }) => user),
    ['one'],
  );
});

test('a reset comes in its turn, is told to everybody, and forgets', async () => {
  await using server = await serve({ files: { 'chat.yaml': CHAT }, fake: { replies: [SLOW] } });
  using ada = await chatWith(server.url, 'chat');
  using bob = await chatWith(server.url, 'chat', { session: ada.hello.session });
  ada.send({ type: 'message', text: 'slow' });
  await ada.next('delta');
  bob.send({ type: 'message', text: 'two' });
  await ada.next('turn.queued');
  ada.send({ type: 'reset' });
  ada.send({ type: 'message', text: 'three' });
  ada.send({ type: 'stop' });
  await bob.next('turn.failed');
  assert.match((await bob.next('turn.completed')).text, /two/);
  await bob.next('reset');
  assert.match((await bob.next('turn.completed')).text, /three/);
  using eve = await chatWith(server.url, 'chat', { session: ada.hello.session });
  assert.deepEqual(
    eve.hello.turns.map(({ user }) => user),
    ['three'],
  );
});

test('what cannot be taken is told to its sender alone, and the connection stays', async () => {
  await using server = await serve({
    files: {
      'chat.yaml': `${CHAT}inputs:\n  tone: { type: string, required: true }\n`,
      'other.yaml': CHAT.replace('chat', 'other'),
    },
    fake: { replies: [SLOW] },
  });
  using ada = await chatWith(server.url, 'chat');
  using bob = await chatWith(server.url, 'chat', { session: ada.hello.session });
  const codeOf = async (message: object): Promise<string> => {
    ada.send(message);
    return (await ada.next('error')).code;
  };
  assert.equal(await codeOf({ type: 'hello' }), 'PC2280');
  assert.equal(await codeOf({ type: 'dance' }), 'PC2281');
  assert.equal(await codeOf({ type: 'message', text: '' }), 'PC2281');
  assert.equal(await codeOf({ type: 'message', text: 'x', sesion: 'y' }), 'PC2281');
  ada.send({ type: 'message', text: 'x', id: 'a' });
  const failed = await ada.next('turn.failed');
  assert.deepEqual([failed.run_id, failed.error.code], [null, 'PC2024']);
  assert.deepEqual(failed.error.inputs, { tone: 'the input "tone" is required' });
  assert.equal((await bob.next('turn.failed')).id, 'a');

  const inputs = { tone: 'dry' };
  ada.send({ type: 'message', text: 'slow', inputs });
  await ada.next('turn.started');
  for (let count = 0; count < 8; count += 1) ada.send({ type: 'message', text: `more ${count}`, inputs });
  assert.equal(await codeOf({ type: 'message', text: 'one too many', id: 'z', inputs }), 'PC2282');
  for (let count = 0; count < 8; count += 1) await bob.next('turn.queued');
  assert.equal(bob.all.filter(({ type }) => type === 'error').length, 0);

  using eve = await connect(server.url, 'other');
  for (const [session, code] of [
    [ada.hello.session, 'PC2284'],
    ['../x', 'PC8301'],
  ]) {
    eve.send({ type: 'hello', session });
    assert.equal((await eve.next('error')).code, code);
  }
  eve.send({ type: 'hello' });
  await eve.next('hello');
});
