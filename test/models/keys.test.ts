import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { ModelError } from '../../src/core/errors.ts';
import type { ModelSpec } from '../../src/core/model.ts';
import type { ModelConfig } from '../../src/models/config.ts';
import { endpointOf } from '../../src/models/endpoint.ts';
import { keyFor } from '../../src/models/find-key.ts';
import { checkKeys } from '../../src/models/keys.ts';
import { createOpenModel } from '../../src/models/open.ts';
import { PROVIDERS } from '../../src/models/providers.ts';
import { modelIo, specOf } from './calling.ts';

const dir = await mkdtemp(join(tmpdir(), 'keys-'));
after(() => rm(dir, { recursive: true }));
await writeFile(join(dir, 'keys.json'), JSON.stringify({ openai: 'from-file' }), { mode: 0o600 });

async function keyOf(spec: ModelSpec, env: Record<string, string>, config: ModelConfig = {}) {
  const io = modelIo(env);
  const found = await keyFor(spec, endpointOf(spec, io, config), io, config, new Map());
  return found === undefined ? undefined : `${found.name}=${found.value}`;
}

async function errorsOf(
  ids: readonly (string | ModelSpec)[],
  env: Record<string, string> = {},
  config: ModelConfig = {},
): Promise<readonly ModelError[]> {
  return checkKeys(
    ids.map((id) => (typeof id === 'string' ? specOf(id) : id)),
    modelIo(env),
    config,
  );
}

describe('where a key is looked for', () => {
  const command = [process.execPath, '-e', 'console.log("from-command")'];

  test('the variable, then the one the settings name, then their command, then keys.json', async () => {
    const config: ModelConfig = { configDir: dir, providers: { openai: { api_key_env: 'WORK_KEY', api_key_command: command } } };
    const spec = specOf('openai/x');
    assert.equal(await keyOf(spec, { OPENAI_API_KEY: 'a', WORK_KEY: 'b' }, config), 'OPENAI_API_KEY=a');
    assert.equal(await keyOf(spec, { OPENAI_API_KEY: ' ', WORK_KEY: 'b' }, config), 'WORK_KEY=b');
    assert.equal(await keyOf(spec, {}, config), 'api_key_command=from-command');
    assert.equal(await keyOf(spec, {}, { configDir: dir }), 'keys.json=from-file');
  });

  test('a model that names its variable means that one and no other', async () => {
    const spec = specOf('openai/x', { apiKeyEnv: 'TEAM_KEY' });
    assert.equal(await keyOf(spec, { OPENAI_API_KEY: 'a', TEAM_KEY: 'b' }), 'TEAM_KEY=b');
    const [error] = await errorsOf([spec], { OPENAI_API_KEY: 'a' });
    assert.match(error?.message ?? '', /TEAM_KEY is not set/);
  });

  test('a command is run once for all the models that want its key', async () => {
    const log = join(dir, 'runs.txt');
    const counting = [process.execPath, '-e', `require('fs').appendFileSync(${JSON.stringify(log)}, 'x'); console.log('k-1')`];
    const open = createOpenModel({ io: modelIo(), config: { providers: { openai: { api_key_command: counting } } } });
    await Promise.all([open(specOf('openai/a')), open(specOf('openai/b'))]);
    assert.equal(await readFile(log, 'utf8'), 'x');
  });

  test('white space around a key is not part of it', async () => {
    assert.equal(await keyOf(specOf('openai/x'), { OPENAI_API_KEY: ' a \n' }), 'OPENAI_API_KEY=a');
  });

  test('a command that fails, or prints nothing, is an error that shows nothing of it', async () => {
    const failing = [process.execPath, '-e', 'console.log("half-a-key"); process.exit(3)'];
    for (const [argv, how] of [
      [failing, /failed/],
      [[process.execPath, '-e', ''], /printed nothing/],
      [['/no/such/program'], /ENOENT/],
    ] as const) {
      await assert.rejects(
        keyOf(specOf('openai/x'), {}, { providers: { openai: { api_key_command: argv } } }),
        (error: ModelError) => {
          assert.equal(error.code, 'PC4005');
          assert.match(error.message, how);
          assert.doesNotMatch(error.message + String(error.cause), /half-a-key/);
          return true;
        },
      );
    }
  });

  test('keys.json that others can read, or that is no map, is refused without a word of it', async () => {
    const other = await mkdtemp(join(tmpdir(), 'keys-'));
    const file = join(other, 'keys.json');
    for (const [text, mode, how] of [
      ['{"openai":"k-secret"}', 0o644, /other users/],
      ['{"openai":"k-secret"', 0o600, /not JSON/],
      ['["k-secret"]', 0o600, /not a map/],
      ['{"openai":7}', 0o600, /not a map/],
    ] as const) {
      await writeFile(file, text);
      await chmod(file, mode);
      const [error] = await errorsOf(['openai/x'], {}, { configDir: other });
      assert.equal(error?.code, 'PC4004');
      assert.match(error?.message ?? '', how);
      assert.doesNotMatch(`${error?.message}${error?.cause}`, /secret/);
    }
    await rm(other, { recursive: true });
  });
});

describe('what is told of a missing key', () => {
  test('provider, variable, model and place; where to get one, what is ready, a way without', async () => {
    const spec = specOf('openai/gpt-4o-mini', { position: { file: 'chain.yaml', line: 3, column: 5 } });
    const [error, ...rest] = await errorsOf([spec, spec], { GROQ_API_KEY: 'k' });
    assert.deepEqual(rest, []);
    assert.equal(error?.code, 'PC4001');
    assert.equal(error?.reason, 'auth');
    assert.match(error?.message ?? '', /OpenAI: OPENAI_API_KEY is not set \(model openai\/gpt-4o-mini at chain\.yaml:3\)/);
    assert.match(error?.help ?? '', /platform\.openai\.com\/api-keys[\s\S]*ready for: groq[\s\S]*without a key/);
  });

  test('every one at once, and only of the models in use', async () => {
    const errors = await errorsOf(
      ['openai/a', 'anthropic/b', 'groq/c', 'ollama/d', 'echo/e', 'offline/extractive', { ...specOf('auto') }],
      { GROQ_API_KEY: 'k' },
    );
    assert.deepEqual(
      errors.map(({ provider }) => provider),
      ['openai', 'anthropic'],
    );
  });

  test('a command counts as a key and is not run', async () => {
    assert.deepEqual(await errorsOf(['openai/a'], {}, { providers: { openai: { api_key_command: ['/no/such/program'] } } }), []);
  });

  test('a parameter that cannot be sent, and an unknown provider, are told as well', async () => {
    const env = { ANTHROPIC_API_KEY: 'k' };
    const errors = await errorsOf([specOf('anthropic/x', { params: { seed: 1 } }), 'opnai/x', 'opnai/x'], env);
    assert.deepEqual(
      errors.map(({ code }) => code),
      ['PC5003', 'PC5001'],
    );
  });

  test('auto is looked at as what its key makes it', async () => {
    const config: ModelConfig = { envFileNames: new Set(['OPENAI_BASE_URL']) };
    const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'https://evil.example/v1' };
    assert.equal((await errorsOf([specOf('auto')], env, config))[0]?.code, 'PC4003');
  });

  test('a server on this machine needs none, if the file or the settings lead there', async () => {
    assert.deepEqual(await errorsOf([specOf('mine/a', { baseUrl: 'http://[::1]:9/v1' })]), []);
    assert.deepEqual(await errorsOf([specOf('openai/a', { baseUrl: 'http://localhost:9/v1' })]), []);
    assert.deepEqual(await errorsOf(['openai/a'], {}, { providers: { openai: { base_url: 'http://127.0.0.1:9/v1' } } }), []);
    const [error] = await errorsOf(['openai/a'], { OPENAI_BASE_URL: 'http://localhost:9/v1' });
    assert.equal(error?.code, 'PC4001');
    assert.match(error?.help ?? '', /localhost:9 takes any key, set OPENAI_API_KEY to any text/);
  });

  test('a key that no header can carry', async () => {
    const [error] = await errorsOf(['openai/a'], { OPENAI_API_KEY: 'sk-one sk-two' });
    assert.equal(error?.code, 'PC4006');
    assert.doesNotMatch(error?.message ?? '', /sk-/);
  });
});

describe('where a key may go', () => {
  const MINE = { OPENAI_API_KEY: 'sk-mine' };
  const evil = specOf('openai/x', { baseUrl: 'https://evil.example/v1' });
  const fromFile = (...names: string[]): ModelConfig => ({ envFileNames: new Set(names) });

  test("not to a host that a chain file names, nor to one that a project's .env names", async () => {
    const [error] = await errorsOf([evil], MINE);
    assert.equal(error?.code, 'PC4003');
    assert.match(error?.message ?? '', /OPENAI_API_KEY.*evil\.example.*chain file/);
    const env = { ...MINE, OPENAI_BASE_URL: 'https://evil.example/v1' };
    assert.equal((await errorsOf(['openai/x'], env, fromFile('OPENAI_BASE_URL')))[0]?.code, 'PC4003');
    await assert.rejects(keyOf(evil, MINE), { code: 'PC4003' });
  });

  test('a command is not even run for such a host', async () => {
    const config: ModelConfig = { providers: { openai: { api_key_command: ['/no/such/program'] } } };
    await assert.rejects(keyOf(evil, {}, config), { code: 'PC4003' });
    assert.equal((await errorsOf([evil], {}, config))[0]?.code, 'PC4003');
  });

  test('neither a stored key, nor one whose variable the chain file names', async () => {
    await assert.rejects(keyOf(evil, {}, { configDir: dir }), { code: 'PC4003' });
    await assert.rejects(keyOf({ ...evil, apiKeyEnv: 'AWS_SECRET' }, { AWS_SECRET: 'x1' }), { code: 'PC4003' });
  });

  test('a look-alike of a known host is not that host', async () => {
    for (const baseUrl of [
      'https://api.openai.com.evil.example/v1',
      'http://api.openai.com/v1',
      'https://127.0.0.1.evil.example',
      'https://localhost.evil.example',
    ]) {
      await assert.rejects(keyOf({ ...evil, baseUrl }, MINE), { code: 'PC4003' });
    }
  });

  test('to this machine, to a host of the table, to one the user allows, or when the key came with the project', async () => {
    for (const baseUrl of ['http://127.0.0.1:9/v1', 'http://localhost:9/v1', 'https://openrouter.ai/api/v1']) {
      assert.equal(await keyOf({ ...evil, baseUrl }, MINE), 'OPENAI_API_KEY=sk-mine');
    }
    assert.equal(await keyOf(evil, MINE, { allowHosts: ['evil.example'] }), 'OPENAI_API_KEY=sk-mine');
    assert.equal(await keyOf(evil, MINE, fromFile('OPENAI_API_KEY')), 'OPENAI_API_KEY=sk-mine');
  });

  test('anywhere the user says: by a variable of the environment or by settings', async () => {
    assert.equal(
      await keyOf(specOf('openai/x'), { ...MINE, OPENAI_BASE_URL: 'https://gateway.example/v1' }),
      'OPENAI_API_KEY=sk-mine',
    );
    assert.equal(
      await keyOf(specOf('openai/x'), MINE, { providers: { openai: { base_url: 'https://gateway.example/v1' } } }),
      'OPENAI_API_KEY=sk-mine',
    );
  });
});

describe('base URLs', () => {
  const urlOf = (spec: ModelSpec, env: Record<string, string> = {}) => endpointOf(spec, modelIo(env), {}).url.href;

  test('an unknown provider with a base_url is reached there; without one it is an error with a suggestion', () => {
    assert.equal(urlOf(specOf('mine/model', { baseUrl: 'https://host.example/v1' })), 'https://host.example/v1');
    assert.throws(() => urlOf(specOf('opnai/gpt-4o')), {
      code: 'PC5001',
      reason: 'chain',
      help: 'did you mean "openai/gpt-4o"?',
    });
    assert.throws(() => urlOf(specOf('openai/')), { code: 'PC5004' });
    assert.throws(() => urlOf(specOf('azure/x')), { code: 'PC5002', help: /AZURE_OPENAI_ENDPOINT/ });
  });

  test('what is no http(s) URL, or holds a password, is refused and not repeated', () => {
    for (const baseUrl of ['not a url', 'ftp://host/v1', 'file:///etc/passwd', 'https://user:pass@host/v1']) {
      assert.throws(
        () => urlOf(specOf('openai/x', { baseUrl })),
        (error: ModelError) => error.code === 'PC5002' && !error.message.includes('pass@'),
      );
    }
  });

  test("Ollama's own variable, in each of its forms", () => {
    for (const [value, url] of [
      ['0.0.0.0', 'http://127.0.0.1:11434/v1'],
      ['0.0.0.0:9999', 'http://127.0.0.1:9999/v1'],
      [':9999', 'http://127.0.0.1:9999/v1'],
      ['box', 'http://box:11434/v1'],
      ['http://box:9999/', 'http://box:9999/v1'],
      ['https://box.example', 'https://box.example/v1'],
    ] as const) {
      assert.equal(urlOf(specOf('ollama/x'), { OLLAMA_HOST: value }), url);
    }
  });

  test('every row of the table is complete and can be pointed elsewhere', () => {
    for (const provider of PROVIDERS) {
      const name = `${provider.id.toUpperCase()}_BASE_URL`;
      assert.ok(
        urlOf(specOf(`${provider.id}/m`), { [name]: 'http://127.0.0.1:9/v1' }).startsWith('http://127.0.0.1:9/'),
        provider.id,
      );
      assert.ok(provider.keyless === true || provider.keyUrl !== undefined, provider.id);
      assert.ok(provider.keyEnv.length > 0, provider.id);
    }
    assert.equal(new Set(PROVIDERS.map(({ id }) => id)).size, PROVIDERS.length);
  });
});
