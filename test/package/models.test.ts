import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startFakeProvider } from '../fake/provider.ts';
import { bundledCommand } from './bundle.ts';
import { node } from './spawn.ts';

test('the bundled command speaks all three protocols, keys and versions in their headers', async (t) => {
  const work = await mkdtemp(join(tmpdir(), 'bundled-'));
  t.after(() => rm(work, { recursive: true }));
  await writeFile(
    join(work, 'chain.yaml'),
    'models: [openai/gpt-4o-mini, openai/gpt-5-pro, anthropic/claude-sonnet-5]\nsteps:\n  - "a {input}"\n  - "b {input}"\n  - "c {input}"\n',
  );
  await using fake = await startFakeProvider();
  const env = {
    PROMPTCHAIN_HOME: join(work, 'home'),
    OPENAI_BASE_URL: fake.openaiUrl,
    ANTHROPIC_BASE_URL: fake.anthropicUrl,
    OPENAI_API_KEY: 'k-openai',
    ANTHROPIC_API_KEY: 'k-anthropic',
  };
  const ended = await node([bundledCommand(), 'run', 'chain.yaml', '-i', 'hi', '-q'], { cwd: work, env });
  assert.deepEqual(ended, { code: 0, stdout: '[claude-sonnet-5] c [gpt-5-pro] b [gpt-4o-mini] a hi\n', stderr: '' });
  assert.deepEqual(
    fake.requests.map(({ path, headers }) => [
      path,
      headers.authorization,
      headers['content-type'],
      headers['anthropic-version'] !== undefined,
    ]),
    [
      ['/v1/chat/completions', 'Bearer k-openai', 'application/json', false],
      ['/v1/responses', 'Bearer k-openai', 'application/json', false],
      ['/v1/messages', 'Bearer k-anthropic', 'application/json', true],
    ],
  );
});
