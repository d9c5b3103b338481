import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reflectionPrompt } from '../../src/engineer/reflection-prompt.ts';
import { readWritten } from '../../src/engineer/written-prompt.ts';
import { openSandbox } from '../cli/sandbox.ts';
import { startFakeProvider } from '../fake/provider.ts';
import { worldOnWire } from './wire.ts';

test('the real program meets the world over HTTP: the better prompt gives the better answers', async () => {
  const world = worldOnWire(1);
  await using fake = await startFakeProvider({ replies: world.replies });
  using sandbox = openSandbox(world.files);
  const env = { OPENAI_BASE_URL: fake.openaiUrl, OPENAI_API_KEY: 'none' };
  const rows = (world.files['orders.jsonl'] ?? '')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const [row] = rows;
  const { code, stdout, stderr } = await sandbox.run(['run', 'world.yaml', '--input', row.input], { env });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^[a-z]+=[a-z]+(; [a-z]+=[a-z]+)*\n$/);
  assert.deepEqual(Object.keys(row), ['id', 'input', 'expected', 'split']);
  assert.deepEqual([...new Set(rows.map(({ split }) => split))], ['train', 'val', 'test']);
});

test('what the writer answers to a question about a failure is a better prompt', () => {
  const world = worldOnWire(1);
  const row = JSON.parse((world.files['orders.jsonl'] ?? '').split('\n')[0] ?? '');
  const system = JSON.parse(world.files['world.yaml'] ?? '').steps[0].system;
  const output = row.expected.replaceAll(/=\w+/g, '=standard');
  const prompt = reflectionPrompt({
    component: { id: 'decide.system', step: 'decide' },
    steps: ['decide'],
    text: system,
    failures: [
      {
        row: { id: row.id, vars: {}, expected: row.expected },
        rollout: {
          score: 0,
          pass: false,
          output,
          steps: [{ step: 'decide', received: { input: row.input }, output }],
          findings: [],
          calls: 1,
          costUsd: 0,
        },
      },
    ],
    passes: [],
    maxCharacters: 1000,
  });
  const body = { model: 'writer', messages: [{ role: 'user', content: prompt }] };
  const reply = world.replies({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: {},
    body,
    connection: 0,
    atMs: 0,
    aborted: false,
  });
  const written = readWritten({ text: 'text' in reply ? String(reply.text) : '', truncated: false, calls: 1, costUsd: 0 });
  assert.ok('text' in written && world.gap(written.text) > world.gap(system), JSON.stringify(written));
});
