import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { startFakeProvider } from '../fake/provider.ts';
import { openSandbox } from './sandbox.ts';

interface Row {
  readonly provider: string;
  readonly key: { readonly status: string; readonly source: string | null; readonly tail: string | null };
  readonly base_url: string | null;
  readonly base_url_from: string | null;
}

const KEY = 'sk-test-0123456789abcdefWXYZ';

function rowOf(stdout: string, provider: string): Row {
  const row = (JSON.parse(stdout) as Row[]).find((candidate) => candidate.provider === provider);
  assert.ok(row, provider);
  return row;
}

describe('promptchain models list', () => {
  it('shows providers, variables and addresses', async () => {
    using sandbox = openSandbox();
    const { code, stdout, stderr } = await sandbox.run(['models', 'list']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^ {2}openai +OPENAI_API_KEY +not set +https:\/\/api\.openai\.com\/v1$/m);
    assert.match(stdout, /^ {2}ollama .* not needed +http:\/\/127\.0\.0\.1:11434\/v1$/m);
  });

  it('shows the last four characters of a key and no more, in text and in JSON', async () => {
    using sandbox = openSandbox();
    for (const args of [[], ['--json'], ['-v', '--debug']]) {
      const { stdout, stderr } = await sandbox.run(['models', 'list', ...args], {
        env: { OPENAI_API_KEY: KEY, GROQ_API_KEY: 'short' },
      });
      assert.match(stdout, /WXYZ/);
      assert.doesNotMatch(stdout + stderr, /fWXYZ|short/);
    }
  });

  it('says where a key and an address come from', async () => {
    using sandbox = openSandbox({ '.env': `ANTHROPIC_API_KEY=${KEY}\nOPENAI_BASE_URL=https://elsewhere.example/v1\n` });
    const { stdout } = await sandbox.run(['models', 'list', '--json'], { env: { MISTRAL_BASE_URL: 'https://mine.example/v1' } });
    assert.deepEqual(rowOf(stdout, 'anthropic').key, { status: 'found', source: 'ANTHROPIC_API_KEY', tail: 'WXYZ' });
    assert.deepEqual(
      [rowOf(stdout, 'openai').base_url, rowOf(stdout, 'openai').base_url_from],
      ['https://elsewhere.example/v1', 'project'],
    );
    assert.equal(rowOf(stdout, 'mistral').base_url_from, 'user');
    assert.equal(rowOf(stdout, 'groq').base_url_from, 'built-in');
  });

  it('never shows a key that an address holds', async () => {
    using sandbox = openSandbox();
    const { stdout, stderr } = await sandbox.run(['models', 'list', '--json'], {
      env: { OPENAI_BASE_URL: `https://user:${KEY}@host.example/v1`, GROQ_BASE_URL: `https://host.example/v1?key=${KEY}` },
    });
    assert.doesNotMatch(stdout + stderr, /0123456789/);
  });

  it("does not run the user's key command, and says that there is one", async () => {
    using configured = openSandbox({ 'config/config.yaml': 'providers: { openai: { api_key_command: [touch, ran] } }\n' });
    const { stdout } = await configured.run(['models', 'list', '--json'], { env: { PROMPTCHAIN_HOME: configured.dir } });
    assert.equal(rowOf(stdout, 'openai').key.status, 'command');
    assert.ok(!existsSync(configured.path('ran')));
  });

  it('refuses an unknown verb with a suggestion', async () => {
    using sandbox = openSandbox();
    const { code, stderr } = await sandbox.run(['models', 'detec']);
    assert.equal(code, 2);
    assert.match(stderr, /did you mean "promptchain models detect"\?/);
  });
});

const NOBODY = { OLLAMA_HOST: 'http://127.0.0.1:9', LMSTUDIO_BASE_URL: 'http://127.0.0.1:9/v1' };

describe('promptchain models detect', () => {
  it('says what auto would take without a key or a server: the built-in extractor', async () => {
    using sandbox = openSandbox();
    const { code, stdout } = await sandbox.run(['models', 'detect', '--json'], { env: NOBODY });
    assert.equal(code, 0);
    assert.equal(JSON.parse(stdout).auto.model, 'offline/extractive');
    const text = await sandbox.run(['models', 'detect'], { env: NOBODY });
    assert.match(text.stdout, /offline\/extractive/);
  });

  it('takes a provider whose key is set', async () => {
    using sandbox = openSandbox();
    const { stdout } = await sandbox.run(['models', 'detect', '--json'], { env: { ...NOBODY, ANTHROPIC_API_KEY: KEY } });
    assert.match(JSON.parse(stdout).auto.model, /^anthropic\//);
    assert.doesNotMatch(stdout, /0123456789/);
  });

  it('finds a local server that answers as Ollama does', async () => {
    await using fake = await startFakeProvider({ get: { '/api/tags': { models: [{ name: 'llama3.2:latest' }] } } });
    using sandbox = openSandbox();
    const { stdout } = await sandbox.run(['models', 'detect', '--json'], { env: { ...NOBODY, OLLAMA_HOST: fake.url } });
    assert.equal(JSON.parse(stdout).auto.model, 'ollama/llama3.2:latest');
  });
});
