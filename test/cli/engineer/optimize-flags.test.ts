import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { chat } from '../../fake/chat.ts';
import { openWorld } from './worlds.ts';

const ROWS = { train: 20, val: 6, test: 14 };
const OPTIMIZE = ['optimize', 'chain.yaml', '--budget', '60', '--run-dir'];

const openSmall = (family = 'binary') => openWorld({ family, rows: ROWS });

describe('the flags of promptchain engineer optimize', () => {
  it('--samples runs each row so often, within the budget, and takes the mean', async () => {
    await using world = await openSmall();
    const plan = await world.engineer('optimize', 'chain.yaml', '--samples', '3', '--dry-run');
    assert.match(plan.stdout, /^budget +450 rollouts; the test takes 84 more$/m);
    assert.match(plan.stdout, /at least 126 rollouts are needed, 270 are recommended/);
    const { code, stderr } = await world.engineer(
      'optimize',
      'chain.yaml',
      '--budget',
      '150',
      '--samples',
      '3',
      '--run-dir',
      'run',
    );
    assert.ok(code === 0 || code === 5, stderr);
    const { rollouts } = world.report('run').spent;
    assert.ok(rollouts.train + rollouts.val <= 150);
    assert.equal(rollouts.test, 84);
    const repeats = world
      .journal('run')
      .flatMap((event) => (event.type === 'rollout' && event.split === 'test' ? [event.repeat] : []));
    assert.deepEqual([...new Set(repeats)].sort(), [0, 1, 2]);
  });

  it('--split, --val-cap and --test-cap divide the rows', async () => {
    await using world = await openSmall();
    const rows = world.world.files['orders.jsonl']
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as { split?: string; metadata?: object }]))
      .map(({ split, ...row }, index) => ({ ...row, metadata: { part: ['train', 'val', 'test', 'test'][index % 4] } }));
    const write = (name: string, all: readonly object[]) =>
      world.sandbox.write({ [name]: all.map((row) => JSON.stringify(row)).join('\n') });
    write('open.jsonl', rows);
    const planned = async (...args: string[]) =>
      (await world.engineer('optimize', 'chain.yaml', '--data', 'open.jsonl', '--dry-run', ...args)).stdout.split('\n')[1];
    assert.match((await planned()) ?? '', /16 to learn from, 12 to choose by, 12 sealed/);
    assert.match((await planned('--split', '50/20/30')) ?? '', /20 to learn from, 8 to choose by, 12 sealed/);
    assert.match((await planned('--val-cap', '5', '--test-cap', '6')) ?? '', /29 to learn from, 5 to choose by, 6 sealed/);
    assert.match((await planned('--split', 'col:part')) ?? '', /10 to learn from, 10 to choose by, 20 sealed/);
    assert.equal((await world.engineer('optimize', 'chain.yaml', '--split', '50/50/50', '--dry-run')).code, 2);
    const missing = await world.engineer('optimize', 'chain.yaml', '--data', 'open.jsonl', '--split', 'col:other', '--dry-run');
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /PC2051.*has no "other"[\s\S]*train, val or test/);
  });

  it('--metric takes a function, whose file is part of the run, and --metric name one that there is', async () => {
    await using world = await openSmall();
    world.sandbox.write({
      'metric.mjs': `export default (output, { config }) => ({
        pass: true, score: output.trim() === config.expected ? 0.5 : 0, reason: 'half is the most',
      });`,
    });
    const args = [...OPTIMIZE, 'run', '--metric', 'metric.mjs', '--trust'];
    const env = { ...world.env, PROMPTCHAIN_TRUST: '' };
    const untrusted = await world.sandbox.run(['engineer', ...OPTIMIZE, 'run', '--metric', 'metric.mjs'], { env });
    assert.deepEqual([untrusted.code, world.fake.requests.length], [8, 0], untrusted.stderr);
    assert.match(untrusted.stderr, /--metric metric\.mjs/);
    const { code, stderr } = await world.sandbox.run(['engineer', ...args], { env });
    assert.ok(code === 0 || code === 5, stderr);
    const scores = world.journal('run').flatMap((event) => (event.type === 'rollout' ? [event.rollout.score] : []));
    assert.deepEqual([...new Set(scores)].sort(), [0, 0.5]);
    assert.ok(world.questions().some((question) => question.includes('half is the most')));
    const unknown = await world.engineer(...OPTIMIZE, 'other', '--metric', 'tone');
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /no assertion of the rows has the metric "tone"/);
    assert.equal((await world.engineer(...OPTIMIZE, 'other', '--metric', 'none.js')).code, 2);
  });

  it('--accept equal takes what is as good, and noise measures how much chance does', async () => {
    await using world = await openSmall();
    world.sandbox.write({ 'same.mjs': 'export default () => 0.5;' });
    const { stderr } = await world.engineer(...OPTIMIZE, 'equal', '--metric', 'same.mjs', '--accept', 'equal');
    const gates = world.journal('equal').flatMap((event) => (event.type === 'gate' ? [event] : []));
    assert.ok(gates.length > 0 && gates.every(({ accepted }) => accepted), stderr);
    const noise = await world.engineer(...OPTIMIZE, 'noise', '--accept', 'noise');
    const [measured] = world.journal('noise').flatMap((event) => (event.type === 'noise' ? [event] : []));
    assert.deepEqual([measured?.rows, measured?.repeats], [5, 3]);
    assert.match(noise.stderr, /chance moves 5 rows so much that new texts have to be better by more than \d\.\d{3}/);
    assert.match(noise.stdout, /^noise +new texts had to be better by more than/m);
    assert.equal(world.report('noise').noise, measured?.margin);
  });

  it('--frontier hybrid needs metrics, and keeps who is best on one', async () => {
    await using world = await openSmall();
    const none = await world.engineer(...OPTIMIZE, 'run', '--frontier', 'hybrid');
    assert.deepEqual([none.code, world.fake.requests.length], [2, 0]);
    assert.match(none.stderr, /--frontier hybrid: no assertion of the rows names a metric/);
    const rows = world.world.files['orders.jsonl'].split('\n').flatMap((line) => {
      if (line === '') return [];
      const { expected, ...row } = JSON.parse(line);
      const check = { type: 'equals', value: expected, metric: 'right' };
      return [JSON.stringify({ ...row, assert: [check, { type: 'contains', value: 'a', metric: 'has-a' }] })];
    });
    world.sandbox.write({ 'rows.jsonl': rows.join('\n') });
    const { code, stderr } = await world.engineer(...OPTIMIZE, 'run', '--frontier', 'hybrid', '--select', 'pareto');
    assert.ok(code === 0 || code === 5, stderr);
  });

  it('--reflect-template asks in your words, and has to have what cannot be left out', async () => {
    await using world = await openSmall();
    world.sandbox.write({
      'ask.txt': 'MY WORDS for {step}:\n{current_prompt}\n{failures}\n{passes}\n{rules}',
      'bad.txt': 'Write {failures}.',
    });
    const { code, stderr } = await world.engineer(...OPTIMIZE, 'run', '--reflect-template', 'ask.txt');
    assert.ok(code === 0 || code === 5, stderr);
    assert.ok(world.questions().length > 0);
    for (const question of world.questions())
      assert.match(question, /^MY WORDS for decide:\n<current_prompt>[\s\S]*<\/new_prompt>/);
    const bad = await world.engineer(...OPTIMIZE, 'bad', '--reflect-template', 'bad.txt');
    assert.equal(bad.code, 2);
    assert.match(bad.stderr, /it has no \{current_prompt\}/);
  });

  it('--out writes the better texts to another file, and nothing where there is no gain', async () => {
    await using world = await openSmall();
    const before = readFileSync(world.sandbox.path('chain.yaml'), 'utf8');
    const { code, stderr } = await world.engineer(...OPTIMIZE, 'run', '--out', 'better.yaml');
    assert.equal(code, 0, stderr);
    assert.equal(readFileSync(world.sandbox.path('chain.yaml'), 'utf8'), before);
    await world.engineer('apply', 'run');
    assert.equal(readFileSync(world.sandbox.path('better.yaml'), 'utf8'), readFileSync(world.sandbox.path('chain.yaml'), 'utf8'));
    await using inert = await openSmall('null');
    const none = await inert.engineer(...OPTIMIZE, 'run', '--out', 'better.yaml');
    assert.match(none.stderr, /better\.yaml was not written: /);
    assert.equal(existsSync(inert.sandbox.path('better.yaml')), false);
    assert.equal((await inert.engineer(...OPTIMIZE, 'two', '--out', 'x.yaml', '--write')).code, 2);
  });

  it('refuses what the algorithms for comparison do not know', async () => {
    await using world = await openSmall();
    for (const flag of [
      ['--demos', '2'],
      ['--select', 'best'],
      ['--components', 'all'],
      ['--accept', 'equal'],
      ['--frontier', 'rows'],
    ]) {
      const { code, stderr } = await world.engineer(...OPTIMIZE, 'run', '--algorithm', 'opro', ...flag);
      assert.equal(code, 2);
      assert.match(stderr, new RegExp(`${flag[0]} is for --algorithm reflect, and this is opro`));
    }
    assert.equal(world.fake.requests.length, 0);
  });

  it('resume --force begins a new run with the best texts, where the old one cannot be gone on with', async () => {
    await using world = await openSmall();
    const first = await world.engineer('optimize', 'chain.yaml', '--budget', '60');
    assert.equal(first.code, 0, first.stderr);
    const best =
      world.report(`.promptchain/engineer/${idsIn((await world.engineer('runs', '--json')).stdout)[0]}`).texts[0]?.after ?? '';
    assert.match((await world.engineer('resume', 'last')).stderr, /PC8612.*has finished[\s\S]*--force/);
    const again = await world.engineer('resume', 'last', '--force');
    assert.ok(again.code === 0 || again.code === 5, again.stderr);
    const [old, fresh] = idsIn((await world.engineer('runs', '--json')).stdout);
    assert.match(again.stdout, new RegExp(`^from +the best texts of run ${old}$`, 'm'));
    const [seed] = world
      .journal(`.promptchain/engineer/${fresh}`)
      .flatMap((event) => (event.type === 'candidate' ? [event] : []));
    assert.equal(Object.values(seed?.texts ?? {})[0], best);
    assert.ok(world.fake.requests.map(({ body }) => chat.ask(body)).some(({ model }) => model === 'worker'));
  });
});

function idsIn(json: string): readonly string[] {
  return (JSON.parse(json) as { readonly id: string }[]).map(({ id }) => id);
}
