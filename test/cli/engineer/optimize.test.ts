import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { OptimizeEvent } from '../../../src/engineer/events.ts';
import { onTerminal, start } from '../live.ts';
import { decisionsOf, findingsOf, openWorld } from './worlds.ts';

const OPTIMIZE = ['optimize', 'chain.yaml', '--budget', '150', '--run-dir'];

describe('promptchain engineer optimize', () => {
  it('prints the plan and stops, with --dry-run', async () => {
    await using world = await openWorld();
    const { code, stdout, stderr } = await world.engineer('optimize', 'chain.yaml', '--budget', '150', '--dry-run');
    assert.deepEqual([code, stderr, world.fake.requests.length], [0, '', 0]);
    assert.match(stdout, /^chain +chain\.yaml: decide\.system$/m);
    assert.match(stdout, /^rows +rows\.jsonl: 30 to learn from, 10 to choose by, 40 sealed for the test$/m);
    assert.match(stdout, /^budget +150 rollouts; the test takes 80 more$/m);
    assert.match(stdout, /at least 58 rollouts are needed, 150 are recommended/);
    assert.match(stdout, /^claim .*\+0\.07 \d+ %, \+0\.13 \d+ %, \+0\.20 \d+ %$/m);
    assert.equal(existsSync(world.sandbox.path('.promptchain')), false);
  });

  it('refuses a budget that cannot do anything, before anything is spent', async () => {
    await using world = await openWorld();
    const { code, stderr } = await world.engineer('optimize', 'chain.yaml', '--budget', '30');
    assert.deepEqual([code, world.fake.requests.length], [2, 0]);
    assert.match(stderr, /PC2064.*30 rollouts is below the 58[\s\S]*--yes/);
  });

  it('finds better texts, proves them on unseen rows, and writes back the text and nothing else', async () => {
    await using world = await openWorld();
    const before = readFileSync(world.sandbox.path('chain.yaml'), 'utf8');
    const { code, stdout, stderr } = await world.engineer(...OPTIMIZE, 'out/run');
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^budget +150 rollouts/m);
    assert.match(stderr, /^\[\d+\/150 \$0\.\d+\] best: candidate 1, 0\.\d+ on validation$/m);
    assert.match(stdout, /^improved: \+0\.\d+ \[\+0\.\d+, \+0\.\d+\] on 40 unseen rows, p = /);
    assert.match(stdout, /^next: promptchain engineer apply out\/run$/m);
    assert.equal(readFileSync(world.sandbox.path('chain.yaml'), 'utf8'), before, 'nothing is written unasked');

    const { spent, texts, verdict } = world.report('out/run');
    assert.equal(verdict, 'improved');
    assert.ok(spent.rollouts.train + spent.rollouts.val <= 150);
    assert.equal(spent.rollouts.test, 80);
    assert.equal(spent.calls, world.fake.requests.length);

    const applied = await world.engineer('apply', 'out/run');
    assert.equal(applied.code, 0, applied.stderr);
    const after = readFileSync(world.sandbox.path('chain.yaml'), 'utf8');
    const [text] = texts;
    assert.ok(text !== undefined && text.after !== text.before);
    const block = (prompt: string) => prompt.replace(/^(?=.)/gm, '      ');
    assert.equal(
      after,
      before.replace(block(text.before), () => block(text.after)),
    );
    assert.ok(world.world.gap(text.after) > 0.3);
    assert.match(applied.stderr, /^wrote chain\.yaml; as it was: \.promptchain\/history\//);

    const again = await world.engineer('apply', 'out/run');
    assert.equal(again.code, 1);
    assert.match(again.stderr, /PC2104.*changed since/);
  });

  it('shows the model that writes prompts no row that is not there to learn from', async () => {
    await using world = await openWorld();
    await world.engineer(...OPTIMIZE, 'run');
    const asked = world.questions().join('\n');
    assert.ok(world.world.inputs('train').some((order) => asked.includes(order)));
    for (const order of [...world.world.inputs('val'), ...world.world.inputs('test')]) assert.ok(!asked.includes(order), order);
  });

  it('calls nobody on a warm cache, one row at a time or many, and finds the same', async () => {
    await using world = await openWorld();
    await world.engineer(...OPTIMIZE, 'cold', '--concurrency', '32');
    const calls = world.fake.requests.length;
    for (const jobs of ['1', '4']) {
      const { code } = await world.engineer(...OPTIMIZE, `warm-${jobs}`, '--concurrency', jobs);
      assert.deepEqual([code, world.fake.requests.length], [0, calls]);
      assert.deepEqual(findingsOf(world.report(`warm-${jobs}`)), findingsOf(world.report('cold')));
      assert.equal(world.report(`warm-${jobs}`).spent.calls, 0);
    }
    await world.engineer(...OPTIMIZE, 'fresh', '--cache', 'off');
    assert.equal(world.fake.requests.length, 2 * calls);
    assert.deepEqual(findingsOf(world.report('fresh')), findingsOf(world.report('cold')));
  });

  it('says so when there is nothing to gain, and does not write that', async () => {
    await using world = await openWorld({ family: 'null' });
    const { code, stdout } = await world.engineer(...OPTIMIZE, 'run', '--write');
    assert.equal(code, 5);
    assert.match(stdout, /^(no significant gain|worse): /);
    const applied = await world.engineer('apply', 'run');
    assert.equal(applied.code, 2);
    assert.match(applied.stderr, /PC2065[\s\S]*--force/);
  });

  it('loses nothing on Ctrl-C, and ends as if it had not been cut', async () => {
    await using world = await openWorld();
    await world.engineer(...OPTIMIZE, 'whole', '--cache', 'off');
    const calls = world.fake.requests.length;
    const cut = start(world.sandbox, ['engineer', ...OPTIMIZE, 'cut', '--cache', 'off'], { env: world.env });
    await cut.saw('stderr', 'best: candidate 1');
    cut.child.kill('SIGINT');
    const { signal, stderr } = await cut.ended;
    assert.equal(signal, 'SIGINT');
    assert.match(stderr, /stopped by SIGINT; nothing is lost: promptchain engineer resume/);
    assert.equal((await world.engineer('show', 'cut')).stdout.split(':', 1)[0], 'not finished');
    const resumed = await world.engineer('resume', 'cut');
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.equal(world.fake.requests.length, 2 * calls, 'no call is made twice');
    assert.deepEqual(decisionsOf(world.journal('cut')), decisionsOf(world.journal('whole')));
    assert.deepEqual(findingsOf(world.report('cut')), findingsOf(world.report('whole')));
    assert.match((await world.engineer('resume', 'cut')).stderr, /PC8612.*has finished/);
  });

  it('pauses when the provider fails, instead of calling that a bad prompt', async () => {
    let isDown = false;
    await using world = await openWorld({
      trouble: (_, number) => {
        if (number === 60) isDown = true;
        return isDown ? { status: 401, error: { message: 'no such key' } } : undefined;
      },
    });
    const { code, stderr } = await world.engineer(...OPTIMIZE, 'run');
    assert.equal(code, 4, stderr);
    assert.match(stderr, /nothing is lost: promptchain engineer resume/);
    const before = world.journal('run').filter(({ type }) => type === 'rollout').length;
    assert.ok(before > 20);
    isDown = false;
    assert.equal((await world.engineer('resume', 'run')).code, 0);
    assert.equal(world.report('run').verdict, 'improved');
  });

  it('tries again what fails for a moment, and calls no text worse for it', async () => {
    await using calm = await openWorld();
    await calm.engineer(...OPTIMIZE, 'run');
    await using rough = await openWorld({
      trouble: (_, number) => (number % 10 === 0 ? { status: 503, retryAfterMs: '1' } : undefined),
    });
    const { code, stderr } = await rough.engineer(...OPTIMIZE, 'run');
    assert.equal(code, 0, stderr);
    assert.ok(rough.fake.requests.length > calm.fake.requests.length);
    assert.deepEqual(findingsOf(rough.report('run')), findingsOf(calm.report('run')));
  });

  it('shows a bar of rollouts with what they cost on a terminal, and ends when another process asks for it', async () => {
    await using world = await openWorld();
    const line = `promptchain engineer ${OPTIMIZE.join(' ')} run`;
    const live = onTerminal(world.sandbox, line, { env: world.env, columns: 120 });
    await live.saw('stdout', 'best: candidate 1');
    assert.equal((await world.engineer('stop', 'run')).code, 0);
    const { code, stdout } = await live.ended;
    assert.equal(code, 6);
    assert.match(stdout, /█+░+ \d+\/150 rollouts {2}best 0\.\d+ {2}\$0\.\d+ {2}\d+ s left at most/);
    assert.match(stdout, /asked it to end; nothing is lost: promptchain engineer resume/);
    assert.equal((await world.engineer('resume', 'run', '--json')).code, 0);
    assert.equal((await world.engineer('stop', 'run')).code, 2);
  });

  it('prints a JSON line for each event as it comes, the report last, and nothing else anywhere', async () => {
    await using world = await openWorld();
    const { code, stdout, stderr } = await world.engineer(...OPTIMIZE, 'run', '--json');
    assert.deepEqual([code, stderr], [0, '']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(lines.slice(0, -1), world.journal('run'));
    assert.deepEqual(lines.at(-1), world.report('run'));
    const { models, calls } = world.report('run').spent;
    assert.deepEqual(Object.keys(models), ['openai/worker', 'openai/writer']);
    assert.equal((models['openai/worker'] ?? 0) + (models['openai/writer'] ?? 0), calls);
  });

  it('keeps runs in a folder of their own, and says when rows have decided before', async () => {
    await using world = await openWorld();
    const args = ['optimize', 'chain.yaml', '--budget', '150'];
    const first = await world.engineer(...args);
    assert.doesNotMatch(first.stdout, /decide for the/);
    const again = await world.engineer(...args, '--seed', '1', '--write');
    assert.match(again.stdout, /^improved: .*these rows decide for the second time/);
    assert.match(again.stderr, /^wrote chain\.yaml; as it was: /m);
    const runs = JSON.parse((await world.engineer('runs', '--json')).stdout);
    assert.deepEqual(
      runs.map(({ chain, state }: { chain: string; state: string }) => [chain, state]),
      [
        ['chain.yaml', 'improved'],
        ['chain.yaml', 'improved'],
      ],
    );
    assert.equal((await world.engineer('show', runs[0].id)).stdout, first.stdout);
    const patch = (await world.engineer('diff', 'last')).stdout;
    assert.match(patch, /^--- a\/chain\.yaml\n\+\+\+ b\/chain\.yaml\n@@[\s\S]*\n\+ {6}- If the property/);
    assert.equal((await world.engineer('diff', 'last', '0')).stdout, '');
    assert.match((await world.engineer('diff', 'last', '99')).stderr, /PC2063/);
  });

  it('does not go on with rows that changed', async () => {
    await using world = await openWorld({ trouble: (_, number) => (number > 30 ? { status: 401 } : undefined) });
    await world.engineer(...OPTIMIZE, 'run');
    world.sandbox.write({ 'rows.jsonl': `${world.world.files['orders.jsonl']}\n` });
    const { code, stderr } = await world.engineer('resume', 'run');
    assert.equal(code, 1);
    assert.match(stderr, /PC8612.*changed since/);
  });

  it('never goes over its budgets of calls and money', async () => {
    await using world = await openWorld();
    await world.engineer(...OPTIMIZE, 'calls', '--max-calls', '90', '--cache', 'off');
    const searched = world.report('calls').spent.calls - 80;
    assert.ok(searched > 50 && searched <= 90, `${searched} calls`);
    await world.engineer(...OPTIMIZE, 'usd', '--budget-usd', '0.02', '--cache', 'off');
    const cost = world.journal('usd').reduce((sum, event) => sum + costOf(event), 0);
    assert.ok(cost > 0 && cost <= 0.02, `${cost}`);
  });

  it('pauses before the call that might cost too much, and goes on with more money', async () => {
    await using world = await openWorld({ tokens: 1_000 });
    const cut = await world.engineer(...OPTIMIZE, 'run', '--budget-usd', '0.0305', '--cache', 'off');
    assert.equal(cut.code, 6, cut.stderr);
    assert.match(
      cut.stderr,
      /the budget of \$0\.0305 does not allow another call; nothing is lost: promptchain engineer resume run/,
    );
    const cost = world.journal('run').reduce((sum, event) => sum + costOf(event), 0);
    assert.ok(cost > 0.02 && cost <= 0.0305, `${cost}`);
    const { code, stderr } = await world.engineer('resume', 'run', '--budget-usd', '5');
    assert.equal(code, 0, stderr);
    assert.equal(world.report('run').spent.calls, world.fake.requests.length);
  });

  it('learns from and judges by the same rows where there are few, and claims nothing', async () => {
    await using world = await openWorld({ rows: { train: 15, val: 0, test: 0 } });
    world.sandbox.write({ 'rows.jsonl': world.world.files['orders.jsonl'].replaceAll(',"split":"train"', '') });
    const { code, stdout } = await world.engineer(...OPTIMIZE, 'run');
    assert.equal(code, 5);
    assert.match(stdout, /^in-sample only: /);
  });
});

/** What the search paid. */
function costOf(event: OptimizeEvent): number {
  if (event.type === 'answer') return event.answer.costUsd ?? 0;
  return event.type === 'rollout' && event.split !== 'test' ? (event.rollout.costUsd ?? 0) : 0;
}
