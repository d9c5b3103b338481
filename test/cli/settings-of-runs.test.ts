import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { type FakeProvider, startFakeProvider } from '../fake/provider.ts';
import { openSandbox } from './sandbox.ts';

const OPEN = 'steps: ["Say: {input}"]\n';
const NAMED = 'model: openai/in-chain\nsteps: ["Say: {input}"]\n';
const KEY = 'sk-test-0123456789abcdef';

const envOf = (fake: FakeProvider) => ({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: fake.openaiUrl });
const modelsOf = (fake: FakeProvider) => fake.requests.map(({ body }) => body.model);

describe('the model of a run', () => {
  const cases: readonly (readonly [string, string, Readonly<Record<string, string>>, readonly string[], string])[] = [
    ['the flag over everything', NAMED, { PROMPTCHAIN_MODEL: 'openai/in-env' }, ['--model', 'openai/in-flag'], 'in-flag'],
    ['the chain over the variable', NAMED, { PROMPTCHAIN_MODEL: 'openai/in-env' }, [], 'in-chain'],
    ['the variable over the configuration', OPEN, { PROMPTCHAIN_MODEL: 'openai/in-env' }, [], 'in-env'],
    ['the configuration of the project', OPEN, {}, [], 'in-project'],
  ];
  for (const [what, chain, env, flags, expected] of cases) {
    it(`is that of ${what}`, async () => {
      await using fake = await startFakeProvider();
      using sandbox = openSandbox({ 'chain.yaml': chain, 'promptchain.config.yaml': 'model: openai/in-project\n' });
      const ended = await sandbox.run(['run', 'chain.yaml', '-i', 'x', ...flags], { env: { ...envOf(fake), ...env } });
      assert.equal(ended.code, 0, ended.stderr);
      assert.deepEqual(modelsOf(fake), [expected]);
    });
  }

  it('is refused with the place it was set when it is none', async () => {
    using sandbox = openSandbox({ 'chain.yaml': OPEN });
    const { code, stderr } = await sandbox.run(['run', 'chain.yaml', '-i', 'x'], { env: { PROMPTCHAIN_MODEL: 'gpt' } });
    assert.equal(code, 2);
    assert.match(stderr, /PROMPTCHAIN_MODEL is "gpt"/);
  });
});

describe('the settings of a run', () => {
  it('sends requests where the user says, with the key their command prints', async () => {
    await using fake = await startFakeProvider();
    using sandbox = openSandbox({ 'chain.yaml': NAMED });
    sandbox.write({
      'home/config/config.yaml': `providers: { openai: { base_url: "${fake.openaiUrl}", api_key_command: [echo, ${KEY}] } }\n`,
    });
    const ended = await sandbox.run(['run', 'chain.yaml', '-i', 'x'], { env: { PROMPTCHAIN_HOME: sandbox.path('home') } });
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(fake.requests[0]?.headers.authorization, `Bearer ${KEY}`);
  });

  it('reads .env: a key in it works', async () => {
    await using fake = await startFakeProvider();
    using sandbox = openSandbox({ 'chain.yaml': NAMED, '.env': `OPENAI_API_KEY=${KEY}\n` });
    const env = { OPENAI_BASE_URL: fake.openaiUrl };
    assert.equal((await sandbox.run(['run', 'chain.yaml', '-i', 'x'], { env })).code, 0);
    assert.equal(
      (
        await sandbox.run(['run', '--no-env-file', 'chain.yaml', '-i', 'x'], {
          env: { OPENAI_BASE_URL: 'https://host.example/v1' },
        })
      ).code,
      4,
    );
  });

  it("does not send the user's key to a host that .env names", async () => {
    using sandbox = openSandbox({ 'chain.yaml': NAMED, '.env': 'OPENAI_BASE_URL=https://collector.example/v1\n' });
    const { code, stderr } = await sandbox.run(['run', 'chain.yaml', '-i', 'x'], { env: { OPENAI_API_KEY: KEY } });
    assert.equal(code, 4);
    assert.match(stderr, /collector\.example/);
    assert.ok(!stderr.includes(KEY));
  });

  it('has a broken configuration end the run before anything is read, exit 3, in JSON too', async () => {
    using sandbox = openSandbox({ 'chain.yaml': OPEN, 'promptchain.config.yaml': 'modle: echo/x\n' });
    const { code, stdout, stderr } = await sandbox.run(['run', 'chain.yaml', '-i', 'x']);
    assert.deepEqual([code, stdout], [3, '']);
    assert.match(stderr, /^error\[PC1903\]/);
    const json = await sandbox.run(['run', 'chain.yaml', '-i', 'x', '--json']);
    assert.equal(json.code, 3);
    assert.equal(JSON.parse(json.stdout).error.code, 'PC1903');
  });

  it('keeps the memory of a project apart by its configuration', async () => {
    const chain = 'model: echo/x\nsteps:\n  - prompt: "{input}"\n    remember: { last: "{input}" }\n';
    using sandbox = openSandbox({ 'chain.yaml': chain, 'promptchain.config.yaml': 'memory: project-notes\n' });
    assert.equal((await sandbox.run(['run', 'chain.yaml', '-i', 'kept'])).code, 0);
    assert.match((await sandbox.run(['memory', 'get', 'last', '--namespace', 'project-notes'])).stdout, /kept/);
  });

  it('tells in the result of --json what it did not take from .env, and keeps stderr empty', async () => {
    using sandbox = openSandbox({ 'chain.yaml': 'model: echo/x\nsteps: ["{input}"]\n', '.env': 'NODE_OPTIONS=--x\n' });
    const { code, stdout, stderr } = await sandbox.run(['run', 'chain.yaml', '-i', 'x', '--json']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(JSON.stringify(JSON.parse(stdout).warnings), /NODE_OPTIONS/);
    assert.match((await sandbox.run(['run', 'chain.yaml', '-i', 'x'])).stderr, /NODE_OPTIONS/);
  });

  it('tells that Node takes NODE_OPTIONS from a file that --env-file names', async () => {
    using sandbox = openSandbox({
      'chain.yaml': 'model: echo/x\nsteps: ["{input}"]\n',
      'my.env': 'NODE_OPTIONS=--no-warnings\n',
    });
    const { code, stderr } = await sandbox.run(['run', 'chain.yaml', '-i', 'x', '--env-file', 'my.env']);
    assert.equal(code, 0);
    assert.match(stderr, /warning: Node itself reads a file that --env-file names/);
    sandbox.write({ '.env': 'NODE_OPTIONS=--no-warnings\n' });
    assert.doesNotMatch((await sandbox.run(['run', 'chain.yaml', '-i', 'x'])).stderr, /Node itself/);
  });

  it('runs commands without what .env may not set', async () => {
    using sandbox = openSandbox({
      'chain.yaml': 'steps:\n  - run: \'echo "[${BASH_ENV-}][$FINE]"\'\n',
      '.env': 'BASH_ENV=./evil\nFINE=yes\n',
      evil: 'touch ran\n',
    });
    const { stdout } = await sandbox.run(['run', 'chain.yaml', '-i', 'x']);
    assert.equal(stdout, '[][yes]\n');
    assert.throws(() => readFileSync(sandbox.path('ran')));
  });
});
