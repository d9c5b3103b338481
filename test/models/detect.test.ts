import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { resolveAuto } from '../../src/models/auto.ts';
import type { ModelConfig } from '../../src/models/config.ts';
import { detectModels } from '../../src/models/detect.ts';
import { createOpenModel } from '../../src/models/open.ts';
import { startFakeProvider } from '../fake/provider.ts';
import { ask, collect, modelIo, never, specOf, textOf } from './calling.ts';

/** Nothing listens there: neither server is found unless a test says where it is. */
const NOWHERE = { OLLAMA_HOST: '127.0.0.1:9', LMSTUDIO_BASE_URL: 'http://127.0.0.1:9/v1' };

const TAGS = {
  models: [
    { name: 'nomic-embed-text:latest', details: { family: 'nomic-bert' } },
    { name: 'all-minilm:22m', details: { family: 'bert' } },
    { name: 'llama3.2:3b', details: { family: 'llama' } },
    { name: 'qwen3:8b', details: { family: 'qwen3' } },
  ],
};
const LM_STUDIO = {
  data: [
    { id: 'text-embedding-nomic', type: 'embeddings', state: 'loaded' },
    { id: 'small', type: 'llm', state: 'not-loaded' },
    { id: 'seeing', type: 'vlm', state: 'loaded' },
  ],
};

test('a key wins, in the order of the table; why is told', async () => {
  const auto = await resolveAuto(modelIo({ ...NOWHERE, ANTHROPIC_API_KEY: 'a', MISTRAL_API_KEY: 'b' }));
  assert.equal(auto.provider, 'anthropic');
  assert.equal(auto.id, `anthropic/${auto.name}`);
  assert.equal(auto.because, 'ANTHROPIC_API_KEY is set');
});

test('without a key a server on this machine, with a model that can chat', async () => {
  await using ollama = await startFakeProvider({ get: { '/api/tags': TAGS } });
  const auto = await resolveAuto(modelIo({ ...NOWHERE, OLLAMA_HOST: `127.0.0.1:${ollama.port}` }));
  assert.deepEqual([auto.id, auto.because], ['ollama/llama3.2:3b', `Ollama answers at 127.0.0.1:${ollama.port}`]);
});

test('LM Studio: a loaded model first', async () => {
  await using studio = await startFakeProvider({ get: { '/api/v0/models': LM_STUDIO } });
  const auto = await resolveAuto(modelIo({ ...NOWHERE, LMSTUDIO_BASE_URL: studio.openaiUrl }));
  assert.equal(auto.id, 'lmstudio/seeing');
});

for (const [name, body] of [
  ['another program', { hello: 'world' }],
  ['a list of nothing', { models: [] }],
  ['odd entries', { models: [null, 7, { name: 7 }, { name: '' }] }],
  ['only models that cannot chat', { models: [{ name: 'mxbai-embed-large' }] }],
  ['a list', []],
] as const) {
  test(`${name} at that port is not taken for a model`, async () => {
    await using other = await startFakeProvider({ get: { '/api/tags': body } });
    const auto = await resolveAuto(modelIo({ ...NOWHERE, OLLAMA_HOST: `127.0.0.1:${other.port}` }));
    assert.equal(auto.id, 'offline/extractive');
  });
}

test('a server that does not answer is not waited for', async () => {
  await using silent = await startFakeProvider({ get: {}, fallback: { stall: 'before' } });
  const io = modelIo({ ...NOWHERE, OLLAMA_HOST: `http://127.0.0.1:${silent.port}` });
  assert.equal((await resolveAuto(io)).id, 'offline/extractive');
});

test("a server that a project's .env names elsewhere is not asked", async () => {
  await using far = await startFakeProvider({ get: { '/api/tags': TAGS } });
  const io = modelIo({ ...NOWHERE, OLLAMA_HOST: `http://far.example:${far.port}` });
  assert.equal((await resolveAuto(io, { envFileNames: new Set(['OLLAMA_HOST']) })).id, 'offline/extractive');
  assert.equal(far.requests.length, 0);
});

test('auto opens as what it stands for, and says which', async () => {
  await using ollama = await startFakeProvider({ get: { '/api/tags': TAGS } });
  const io = modelIo({ ...NOWHERE, OLLAMA_HOST: `127.0.0.1:${ollama.port}` });
  const model = await createOpenModel({ io })(specOf('auto'));
  assert.equal(model.spec.id, 'ollama/llama3.2:3b');
  assert.equal(textOf(await collect(model.stream(ask('hi'), never()))), '[llama3.2:3b] hi');
  const none = await createOpenModel({ io: modelIo(NOWHERE) })(specOf('auto'));
  assert.deepEqual([none.spec.id, none.llm], ['offline/extractive', false]);
});

test('detection tells keys by where they are and by no more than their tail', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'keys-'));
  await writeFile(join(dir, 'keys.json'), JSON.stringify({ groq: 'gsk-0123456789abcdef', openai: 'not used' }), { mode: 0o600 });
  const config: ModelConfig = { configDir: dir, providers: { xai: { api_key_command: ['pass', 'xai'] } } };
  await using ollama = await startFakeProvider({ get: { '/api/tags': TAGS } });
  const env = {
    ...NOWHERE,
    OLLAMA_HOST: `127.0.0.1:${ollama.port}`,
    OPENAI_API_KEY: 'sk-0123456789abcdef',
    MISTRAL_API_KEY: 'abc',
  };
  const found = await detectModels(modelIo(env), config);
  assert.deepEqual(
    found.keys.map(({ provider, from, tail }) => [provider.id, from, tail]),
    [
      ['openai', 'OPENAI_API_KEY', 'cdef'],
      ['mistral', 'MISTRAL_API_KEY', ''],
      ['groq', 'keys.json', 'cdef'],
      ['xai', 'api_key_command', ''],
    ],
  );
  assert.deepEqual(
    found.servers.map(({ provider, models }) => [provider.id, models]),
    [['ollama', ['llama3.2:3b', 'qwen3:8b']]],
  );
  await chmod(join(dir, 'keys.json'), 0o644);
  await rm(dir, { recursive: true });
});
