import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postJson, serve } from './serving.ts';

const NOTES = `name: notes
model: openai/gpt-4.1-mini
memory: { namespace: team/a }
steps:
  - prompt: "Say: {input}"
    remember: { last: "{input}" }
`;

test('memory is read by clients where the operator lets them, and only there', async () => {
  for (const shown of [false, true]) {
    await using server = await serve({ files: { 'notes.yaml': NOTES }, args: shown ? ['--show-memory'] : [] });
    await postJson(`${server.url}/chains/notes/runs`, { input: 'x', stream: false });
    const all = await fetch(`${server.url}/memory`);
    const one = await fetch(`${server.url}/memory/team%2Fa`);
    if (!shown) {
      assert.deepEqual([all.status, one.status], [404, 404]);
      continue;
    }
    assert.deepEqual(await all.json(), { namespaces: ['team/a'] });
    assert.deepEqual(await one.json(), { namespace: 'team/a', values: { last: '[gpt-4.1-mini] Say: x' } });
  }
});
