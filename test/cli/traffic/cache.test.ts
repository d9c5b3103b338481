import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type FakeOptions, startFakeProvider } from '../../fake/provider.ts';
import { openSandbox, type Sandbox } from '../sandbox.ts';

const head = 'model: openai/gpt-4o-mini\n';
const step = (cache: string, prompt = 'Say {input}') => `${head}steps:\n  - { prompt: "${prompt}", cache: ${cache} }\n`;

async function world(files: Readonly<Record<string, string>>, options: FakeOptions = {}) {
  const fake = await startFakeProvider(options);
  const sandbox = openSandbox(files);
  const env = { OPENAI_API_KEY: 'sk-test-key-0001', OPENAI_BASE_URL: fake.openaiUrl };
  return {
    fake,
    sandbox,
    run: (...args: string[]) => sandbox.run(['run', ...args], { env }),
    runWith: (more: Readonly<Record<string, string>>, ...args: string[]) =>
      sandbox.run(['run', ...args], { env: { ...env, ...more } }),
    async [Symbol.asyncDispose]() {
      sandbox[Symbol.dispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

function answers({ dir }: Sandbox): readonly string[] {
  const root = join(dir, '../home/promptchain/cache/answers');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => join(root, name))
    .filter((name) => statSync(name).isFile());
}

describe('cache', () => {
  it('the second run asks nobody, says so, streams the same and costs nothing', async () => {
    await using it = await world({ 'a.yaml': step('true') });
    const first = await it.run('a.yaml', '-i', 'x');
    const again = await it.run('a.yaml', '-i', 'x');
    assert.equal(again.stdout, first.stdout);
    assert.equal(it.fake.requests.length, 1);
    assert.match(again.stderr, /done \(prompt, openai\/gpt-4o-mini, cached, /);
    assert.doesNotMatch(again.stderr, /tokens in/);
    const { stdout } = await it.run('a.yaml', '-i', 'x', '--json');
    const { steps, usage, cost_usd } = JSON.parse(stdout);
    assert.deepEqual([steps[0].cached, usage, cost_usd], [true, { input_tokens: 0, output_tokens: 0 }, 0]);
    const events = (await it.run('a.yaml', '-i', 'x', '--jsonl')).stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(events.find(({ type }) => type === 'step.completed').cached, true);
    assert.equal(it.fake.requests.length, 1);
  });

  it('everything that decides an answer is part of the question', async () => {
    await using it = await world({
      'a.yaml': step('true'),
      'hot.yaml': step('true').replace('cache', 'temperature: 1, cache'),
      'other.yaml': step('true').replace('4o-mini', '4o'),
      'system.yaml': step('true').replace('cache', 'system: Be brief, cache'),
      'tools.yaml': step('true').replace('cache', 'tools: [calculator], cache'),
    });
    for (const file of ['a', 'hot', 'other', 'system', 'tools', 'a', 'hot', 'other', 'system', 'tools']) {
      assert.equal((await it.run(`${file}.yaml`, '-i', 'x')).code, 0);
    }
    assert.equal(it.fake.requests.length, 5);
    await it.run('a.yaml', '-i', 'y');
    assert.equal(it.fake.requests.length, 6);
    await using other = await startFakeProvider();
    await it.runWith({ OPENAI_BASE_URL: other.openaiUrl }, 'a.yaml', '-i', 'x');
    assert.equal(other.requests.length, 1, 'another server may answer otherwise');
  });

  it('the turns of an agent are kept too; a chain says it for all of its steps, a step for itself', async () => {
    const call = { toolCalls: [{ id: 'c1', name: 'calculator', arguments: '{"expression":"1+1"}' }] };
    await using it = await world(
      {
        'agent.yaml': `${head}cache: 7d\nsteps:\n  - { objective: "Add", tools: [calculator] }\n  - { prompt: "New {input}", cache: false }\n`,
      },
      { replies: [call, { text: '2' }] },
    );
    for (const _ of [1, 2, 3]) assert.equal((await it.run('agent.yaml', '-i', 'x')).code, 0);
    assert.equal(it.fake.requests.length, 2 + 3);
    const { steps } = JSON.parse((await it.run('agent.yaml', '-i', 'x', '--json')).stdout);
    assert.equal(steps[0].cost_usd, 0);
  });

  it('an answer that is too old is asked for again; --no-cache asks in any case', async () => {
    await using it = await world({ 'a.yaml': step('1ms'), 'b.yaml': step('true') });
    for (const _ of [1, 2]) await it.run('a.yaml', '-i', 'x');
    assert.equal(it.fake.requests.length, 2);
    await it.run('b.yaml', '-i', 'x', '--no-cache');
    assert.equal(it.fake.requests.length, 3);
    await it.run('b.yaml', '-i', 'x');
    assert.equal(it.fake.requests.length, 3, 'the one kept by a.yaml');
  });

  it('errors, answers that were cut or empty, and whatever holds a secret are not kept', async () => {
    const cases = [
      { text: 'half', finish: 'length' as const },
      { text: 'no', finish: 'refusal' as const },
      { text: ' ' },
      { status: 400 },
      { text: 'the garden-shed is open' },
    ];
    await using it = await world({ 'a.yaml': `secrets: [HOUSE]\n${step('true')}` }, { replies: cases });
    for (const _ of cases) await it.runWith({ HOUSE: 'garden-shed' }, 'a.yaml', '-i', 'x');
    assert.equal(it.fake.requests.length, cases.length);
    for (const _ of [1, 2]) await it.runWith({ HOUSE: 'garden-shed' }, 'a.yaml', '-i', 'in the garden-shed');
    assert.equal(it.fake.requests.length, cases.length + 2);
    assert.throws(() => answers(it.sandbox), /ENOENT/);
  });

  it('an entry is for its owner alone; a damaged one is none', async () => {
    await using it = await world({ 'a.yaml': step('true') });
    await it.run('a.yaml', '-i', 'x');
    const [file = ''] = answers(it.sandbox);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(join(file, '..')).mode & 0o777, 0o700);
    const whole = readFileSync(file, 'utf8');
    let asked = 1;
    for (const damaged of ['', whole.slice(0, -9), whole.replace('Say', 'Sag'), '[]', 'null']) {
      writeFileSync(file, damaged);
      const { code, stdout } = await it.run('a.yaml', '-i', 'x');
      asked += 1;
      assert.deepEqual([code, stdout, it.fake.requests.length], [0, '[gpt-4o-mini] Say x\n', asked]);
    }
    assert.deepEqual(answers(it.sandbox), [file], 'nothing is left beside it');
  });

  it('processes at the same time harm no entry', async () => {
    await using it = await world({ 'a.yaml': step('true') });
    const ended = await Promise.all(Array.from({ length: 6 }, () => it.run('a.yaml', '-i', 'x')));
    assert.deepEqual(
      ended.map(({ code, stdout }) => [code, stdout]),
      ended.map(() => [0, '[gpt-4o-mini] Say x\n']),
    );
    const asked = it.fake.requests.length;
    assert.equal((await it.run('a.yaml', '-i', 'x')).code, 0);
    assert.equal(it.fake.requests.length, asked);
    assert.equal(answers(it.sandbox).length, 1);
  });

  it('a cache that cannot be written is told and harms nothing', async () => {
    await using it = await world({ 'a.yaml': step('true') });
    await it.run('a.yaml', '-i', 'x', '--no-cache');
    const cache = join(it.sandbox.dir, '../home/promptchain/cache');
    mkdirSync(cache, { recursive: true });
    writeFileSync(join(cache, 'answers'), 'a file, not a folder');
    const { code, stderr } = await it.run('a.yaml', '-i', 'x');
    assert.equal(code, 0);
    assert.match(stderr, /warning\[PC8205\]: answers are not kept in the cache/);
  });

  it('what the cache answers is no call: it does not count for a limit, and none refuses it', async () => {
    await using it = await world({
      'first.yaml': `${head}steps:\n  - { prompt: "One {input}", cache: true }\n  - { prompt: "Two {input}", cache: true }\n  - "New {input}"\n`,
      'last.yaml': `${head}steps:\n  - "New {input}"\n  - { prompt: "One x", cache: true }\n`,
    });
    assert.equal((await it.run('first.yaml', '-i', 'x')).code, 0);
    const first = await it.run('first.yaml', '-i', 'x', '--max-turns', '1');
    assert.deepEqual([first.code, it.fake.requests.length], [0, 4], first.stderr);
    const last = await it.run('last.yaml', '-i', 'x', '--max-turns', '1');
    assert.deepEqual([last.code, it.fake.requests.length], [0, 5], last.stderr);
  });

  it('nor is it one of the calls that a resumed run has made before', async () => {
    const call = { toolCalls: [{ id: 'c1', name: 'calculator', arguments: '{"expression":"1+1"}' }] };
    const steps = '  - { objective: "Add", tools: [calculator], cache: true }\n  - "New {input}"\n  - "Newer {input}"\n';
    await using it = await world({ 'agent.yaml': `${head}steps:\n${steps}` }, { replies: [call, { text: '2' }] });
    assert.equal((await it.run('agent.yaml', '-i', 'x')).code, 0);
    const limited = await it.run('agent.yaml', '-i', 'x', '--max-turns', '1');
    assert.deepEqual([limited.code, it.fake.requests.length], [6, 5], limited.stderr);
    const env = { OPENAI_API_KEY: 'sk-test-key-0001', OPENAI_BASE_URL: it.fake.openaiUrl };
    const resumed = await it.sandbox.run(['runs', 'resume', 'last', '--max-turns', '2'], { env });
    assert.deepEqual([resumed.code, it.fake.requests.length], [0, 6], resumed.stderr);
  });

  it('on a step that asks no model it is an error, and so is --no-cache without any', async () => {
    using sandbox = openSandbox({
      'a.yaml': 'steps:\n  - { run: date, cache: true }\n',
      'b.yaml': 'steps:\n  - { run: date }\n',
    });
    const { code, stderr } = await sandbox.run(['validate', 'a.yaml']);
    assert.equal(code, 3);
    assert.match(stderr, /PC1409.*only steps that ask a model have a cache/);
    const refused = await sandbox.run(['run', 'b.yaml', '--no-cache']);
    assert.equal(refused.code, 2);
  });
});
