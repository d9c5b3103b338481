import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { calling } from '../agent/playing.ts';
import { answers } from '../agent/wire.ts';
import { type FakeRequest, type Reply, startFakeProvider } from '../fake/provider.ts';
import { packageDir } from '../package/package-dir.ts';
import { FAKE, left, newMarker } from '../tools/mcp-world.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

const ROUNDS = Number(process.env.PROMPTCHAIN_TEST_KILLS ?? 100) / 10;
const CALLS = 20;

const chain = (state: string, marker: string) => `model: openai/gpt-4o-mini
mcp: { it: { command: ${JSON.stringify(process.execPath)}, args: [${JSON.stringify(FAKE)}, good, ${marker}, ${JSON.stringify(state)}] } }
steps:
  - { id: agent, objective: "Count to ${CALLS}", tools: ["it.count*"], max_steps: 50 }
`;

/**
 * Counts to 20, one call a turn: odd numbers with a tool whose calls must happen once, even ones with one that may be called
 * again. Told that an answer is lost, it looks whether the call took effect, and makes it anew only if it did not.
 */
function counting(request: FakeRequest): Reply {
  const given = answers(request);
  const number = given.filter((answer) => answer.startsWith('counted') || answer === 'yes').length + 1;
  if (number > CALLS) return { text: 'done' };
  if (given.at(-1)?.includes('its answer is lost')) return calling(['mcp_it_counted', { text: String(number) }]);
  return calling([number % 2 === 1 ? 'mcp_it_count' : 'mcp_it_count_read', { text: String(number) }]);
}

test(`an agent of ${CALLS} calls, killed with -9 at random moments ${ROUNDS} times over and resumed each time`, async (t) => {
  const sum = { kills: 0, kept: 0, asked: 0, called: 0, lost: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const marker = newMarker();
    await using fake = await startFakeProvider({ replies: counting });
    using sandbox = openSandbox();
    const state = sandbox.path('counted');
    sandbox.write({ 'c.yaml': chain(state, marker), counted: '' });
    const env = { OPENAI_BASE_URL: fake.openaiUrl, OPENAI_API_KEY: 'sk-test-0000' };

    let args = ['run', 'c.yaml', '-i', 'IN'];
    let done = { turns: new Set<string>(), calls: new Set<string>(), lost: 0, counted: 0 };
    for (let kills = 0; ; kills += 1) {
      const before = { requests: fake.requests.length, calls: linesOf(state).length };
      const ended = await runAndKill(
        sandbox,
        args,
        env,
        kills < 4 ? () => fake.received(fake.requests.length + dice(8)) : undefined,
      );
      const now = await finishedIn(sandbox);
      // What one part of the run asked and called again beyond what it brought to an end: nothing that was finished before.
      const newTurns = now.turns.size - done.turns.size;
      const asked = fake.requests.length - before.requests;
      assert.ok(asked - newTurns <= (ended === 0 ? 0 : 1), `${asked} asked, ${newTurns} new turns`);
      const called = linesOf(state).length - before.calls;
      const answered = now.counted - done.counted;
      assert.ok(called - answered <= (ended === 0 ? 0 : 1), `${called} called, ${answered} answered`);
      for (const turn of done.turns) assert.ok(now.turns.has(turn), `${turn} was lost`);
      sum.asked += asked - newTurns;
      sum.kept += done.turns.size + done.calls.size;
      done = now;
      // A kill may come between the last line of the journal and the end of the process: then nothing is left to resume.
      if (ended === 0 || now.over) break;
      assert.equal(ended, null, `after ${kills} kills it ended with ${ended}`);
      sum.kills += 1;
      args = ['runs', 'resume', 'last'];
    }
    const made = linesOf(state).map(Number);
    for (let number = 1; number <= CALLS; number += 1) {
      const times = made.filter((each) => each === number).length;
      if (number % 2 === 1) assert.equal(times, 1, `call ${number} must happen once and did ${times} times`);
      else assert.ok(times >= 1, `call ${number} was never made`);
      sum.called += times - 1;
    }
    sum.lost += done.lost;
    assert.deepEqual(left(marker), []);
    rmSync(state);
  }
  t.diagnostic(
    `${sum.kills} kills: ${sum.kept} finished turns and calls taken up, 0 of them repeated; under way when killed and done again: ${sum.asked} turns, ${sum.called} read-only calls; ${sum.lost} other calls left to the model`,
  );
  assert.ok(sum.kills > 0 && sum.kept > 0);
});

const dice = (sides: number) => 1 + Math.floor(Math.random() * sides);
const linesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');

/** The exit code, null after a kill a moment after `until`. */
async function runAndKill(sandbox: Sandbox, args: readonly string[], env: Record<string, string>, until?: () => Promise<void>) {
  const home = join(sandbox.dir, '../home');
  const child = spawn(process.execPath, [join(packageDir, 'bin/promptchain.js'), ...args], {
    cwd: sandbox.dir,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: home,
      PROMPTCHAIN_HOME: join(home, 'promptchain'),
      PROMPTCHAIN_TRUST: 'always',
      ...env,
    },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  if (until !== undefined) {
    await Promise.race([until(), ended]);
    // The moment is what is random here: within a turn, between a call and its answer, or while the journal is written.
    await delay(Math.random() * 12);
    child.kill('SIGKILL');
  }
  const [code] = await ended;
  return code;
}

/** What a journal holds of the agent: paths of its turns and calls. */
async function finishedIn(sandbox: Sandbox) {
  const path = (await sandbox.run(['runs', 'path', 'last'])).stdout.trim();
  const events = linesOf(path).flatMap((line) => (line.endsWith('}') ? [JSON.parse(line)] : []));
  const of = (type: string, key: string) =>
    new Set(events.filter((event) => event.type === type).map((event) => event[key] as string));
  const counted = new Set(
    events.filter((event) => event.type === 'tool.completed' && event.text.startsWith('counted')).map((event) => event.call),
  ).size;
  const lost = new Set(events.filter((event) => event.text?.includes('its answer is lost')).map((event) => event.call));
  const over = events.at(-1)?.type === 'run.completed';
  return { turns: of('turn.completed', 'turn'), calls: of('tool.completed', 'call'), lost: lost.size, counted, over };
}
