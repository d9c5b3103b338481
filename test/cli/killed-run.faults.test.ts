import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Event } from '../../src/core/event.ts';
import { packageDir } from '../package/package-dir.ts';
import { openSandbox } from './sandbox.ts';

const KILLS = Number(process.env.PROMPTCHAIN_TEST_KILLS ?? 100);

const STEPS = Array.from(
  { length: 12 },
  (_, step) => `  - {prompt: "${step} {run.id}", remember: {log: {append: "${step} {run.id}"}}}\n`,
);
const CHAIN = `model: echo/x\nmemory: {commit: each_step}\nsteps:\n${STEPS.join('')}`;

test(`kill -9 at ${KILLS} random moments of a run that writes memory`, async (t) => {
  using sandbox = openSandbox({ 'chain.yaml': CHAIN });
  const home = sandbox.path('home');
  const env = { PATH: process.env.PATH ?? '', HOME: home, PROMPTCHAIN_HOME: home, PROMPTCHAIN_TRUST: 'always' };
  const bin = join(packageDir, 'bin/promptchain.js');
  let acknowledged = 0;
  let unfinished = 0;
  let kept = new Map<string, number>();
  for (let kill = 0; kill < KILLS; kill++) {
    const child = spawn(process.execPath, [bin, 'run', sandbox.path('chain.yaml'), '-i', 'x', '--jsonl'], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const events = await eventsUntil(child, Math.floor(Math.random() * STEPS.length), Math.random() * 5);
    const runId = events[0]?.run_id;
    const committed = events.filter((event) => event.type === 'memory.written' && event.committed).length;
    acknowledged += committed;

    const exported = await sandbox.run(['memory', 'export'], { env });
    assert.deepEqual([exported.code, exported.stderr], [0, '']);
    kept = countByRun((JSON.parse(exported.stdout).default?.log ?? []) as string[]);
    if (runId === undefined) continue;
    assert.ok((kept.get(runId) ?? 0) >= committed, `${committed} acknowledged, ${kept.get(runId)} kept`);

    const shown = await sandbox.run(['runs', 'show', runId, '--json'], { env });
    assert.equal(shown.code, 0);
    const { status, steps } = JSON.parse(shown.stdout);
    assert.ok(status === 'success' || status === 'interrupted', status);
    const completed = events.filter((event) => event.type === 'step.completed').length;
    assert.ok(steps.filter((step: { status: string }) => step.status === 'completed').length >= completed);
    if (status === 'interrupted') unfinished += 1;
  }
  const doubled = [...kept.values()].filter((count) => count > STEPS.length).length;
  t.diagnostic(
    `${KILLS} kills, ${unfinished} in the middle of a run: ${acknowledged} writes acknowledged, 0 lost, ${doubled} doubled`,
  );
  assert.equal((await sandbox.run(['memory', 'set', 'k', 'v'], { env })).code, 0);
  const left = readdirSync(join(home, 'data')).filter((name) => name !== 'memory.jsonl');
  t.diagnostic(`left behind: ${left.length === 0 ? 'nothing' : left.join(', ')}`);
  assert.equal(doubled, 0);
  assert.deepEqual(
    left.filter((name) => !name.includes('.torn-')),
    [],
  );
  assert.ok(unfinished > 0 && acknowledged > 0);
});

/** Kills the run a moment after its nth line about memory; the events of the lines that came out whole. */
async function eventsUntil(child: ChildProcess, nth: number, momentMs: number): Promise<readonly Event[]> {
  let stdout = '';
  let killing = false;
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (killing || stdout.split('"memory.written"').length <= nth) return;
    killing = true;
    setTimeout(() => child.kill('SIGKILL'), momentMs);
  });
  await once(child, 'close');
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

function countByRun(log: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const entry of log) {
    const run = entry.split(' ')[1] ?? '';
    counts.set(run, (counts.get(run) ?? 0) + 1);
  }
  return counts;
}
