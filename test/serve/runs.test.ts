import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chainOf, postJson, serve, TEST_KEY, within } from './serving.ts';

test('two chains are served beside each other, and each run tells its own result', async () => {
  await using server = await serve({
    files: { 'one.yaml': chainOf('one', 'One: {input}'), 'two.yaml': chainOf('two', 'Two: {input}') },
  });
  const listed = (await (await fetch(`${server.url}/chains`)).json()) as { chains: { name: string }[] };
  assert.deepEqual(
    listed.chains.map(({ name }) => name),
    ['one', 'two'],
  );
  const results = await Promise.all(
    ['one', 'two'].map(async (name) =>
      (await postJson(`${server.url}/chains/${name}/runs`, { input: 'x', stream: false })).json(),
    ),
  );
  assert.deepEqual(
    results.map((result) => (result as { output: string }).output),
    ['[gpt-4.1-mini] One: x', '[gpt-4.1-mini] Two: x'],
  );
});

test('a client that goes away ends its run, and the call to the model with it', async () => {
  await using server = await serve({ files: { 'one.yaml': chainOf('one') }, fake: { fallback: { stall: 'mid' } } });
  const leave = new AbortController();
  const response = await postJson(`${server.url}/chains/one/runs`, { input: 'x' }, {}, leave.signal);
  assert.equal(response.status, 200);
  await server.fake.received(1);
  leave.abort();
  await within(server.fake.abandoned(1), 'the call is not dropped', server.stderr);
});

test('a key that a provider refuses is in nothing a client or the log gets', async () => {
  await using server = await serve({
    files: { 'one.yaml': chainOf('one') },
    fake: { fallback: { status: 401, error: { message: `Incorrect API key provided: ${TEST_KEY}` } } },
  });
  const answer = await (await postJson(`${server.url}/chains/one/runs`, { input: 'x', stream: false })).text();
  assert.match(answer, /"reason":"auth"/);
  assert.ok(!`${answer}${server.stderr()}`.includes(TEST_KEY));
});
