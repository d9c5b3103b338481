import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { start } from '../live.ts';
import { decisionsOf, findingsOf, openWorld } from './worlds.ts';

const KILLS = Number(process.env.PROMPTCHAIN_TEST_KILLS ?? 20);
const OPTIMIZE = ['optimize', 'chain.yaml', '--budget', '150', '--cache', 'off', '--run-dir'];

describe(`kill -9 of an optimisation at ${KILLS} random calls`, () => {
  it('the resumed run makes the same decisions and comes to the same report', async (t) => {
    const whole = await runWhole();
    let cutInJournal = 0;
    let lost = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const at = 1 + Math.floor(Math.random() * whole.calls);
      await using world = await openWorld();
      const cut = start(world.sandbox, ['engineer', ...OPTIMIZE, 'cut'], { env: world.env });
      await world.fake.received(at);
      cut.child.kill('SIGKILL');
      await cut.ended;
      const journal = readFileSync(world.sandbox.path('cut/journal.jsonl'), 'utf8');
      if (!journal.endsWith('\n')) cutInJournal += 1;
      const { code, stderr } = await world.engineer('resume', 'cut');
      if (/has finished/.test(stderr)) continue;
      assert.equal(code, whole.code, `killed at call ${at}: ${stderr}`);
      assert.deepEqual(decisionsOf(world.journal('cut')), whole.decisions, `killed at call ${at}`);
      assert.deepEqual(findingsOf(world.report('cut')), whole.findings, `killed at call ${at}`);
      lost += world.fake.requests.length - whole.calls;
      assert.ok(world.fake.requests.length - whole.calls <= CONCURRENCY, 'only calls under way are made again');
    }
    t.diagnostic(`${KILLS} kills: ${cutInJournal} in the middle of a line, ${lost} calls made again`);
  });
});

/** By default. */
const CONCURRENCY = 4;

async function runWhole() {
  await using world = await openWorld();
  const { code } = await world.engineer(...OPTIMIZE, 'whole');
  const decisions = decisionsOf(world.journal('whole'));
  return { code, calls: world.fake.requests.length, decisions, findings: findingsOf(world.report('whole')) };
}
