import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chainOf, postJson, serve } from './serving.ts';

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
