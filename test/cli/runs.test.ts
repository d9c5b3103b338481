import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Event, EventBody } from '../../src/core/event.ts';
import type { RunResult } from '../../src/core/run.ts';
import { openJournal } from '../../src/store/journal.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

const CHAIN = { name: 'demo', file: '/demo.yaml', sha256: 'ab' };
const USAGE = { input_tokens: 12, output_tokens: 3 };

describe('promptchain runs', () => {
  it('lists the runs kept, newest first, and finds the last', async () => {
    using sandbox = openSandbox();
    assert.deepEqual(await sandbox.run(['runs', 'list']), { code: 0, stdout: '', stderr: 'no run is kept yet\n' });
    await keep(sandbox, 'aa11', { day: 1 });
    await keep(sandbox, 'bb22', { day: 2, status: 'failed' });
    await keep(sandbox, 'cc33', { day: 3, killed: true });
    const table = (await sandbox.run(['runs', 'list'])).stdout.split('\n');
    assert.match(table[0] ?? '', /^ *ID +STARTED +STATUS +TOOK +CHAIN$/);
    assert.match(table[1] ?? '', /^ *cc33 +2026-01-03 00:00:00Z +interrupted +demo$/);
    assert.match(table[2] ?? '', /^ *bb22 .* failed +40 ms +demo$/);
    const failed = await sandbox.run(['runs', 'list', '--status', 'failed', '--json']);
    assert.deepEqual(
      JSON.parse(failed.stdout).map((run: { run_id: string; duration_ms: number }) => [run.run_id, run.duration_ms]),
      [['bb22', 40]],
    );
    assert.equal(JSON.parse((await sandbox.run(['runs', 'list', '--json', '--limit', '1'])).stdout).length, 1);
    assert.equal((await sandbox.run(['runs', 'list', '--limit', 'x'])).code, 2);
    assert.equal((await sandbox.run(['runs', 'list', '--status', 'sad'])).code, 2);
    assert.equal((await sandbox.run(['runs', 'path', 'last'])).stdout, `${join(runsDir(sandbox), 'cc33.jsonl')}\n`);
    assert.equal((await sandbox.run(['runs', 'path'])).stdout, `${runsDir(sandbox)}\n`);
  });

  it('shows a run to a reader, as the object of `run --json`, and as its events', async () => {
    using sandbox = openSandbox();
    await keep(sandbox, 'aa11', { day: 1 });
    const account = (await sandbox.run(['runs', 'show', 'aa'])).stdout;
    assert.match(account, /run +aa11\n.*chain +demo \(\/demo\.yaml\)\n.*status +success \(exit 0\)/);
    assert.match(account, /usage +12 tokens in, 3 out, cost unknown/);
    assert.match(account, /a +prompt, openai\/x +completed +5 ms +hello world/);
    assert.ok(account.endsWith('\noutput\nhello\nworld\n'));
    assert.deepEqual(JSON.parse((await sandbox.run(['runs', 'show', 'last', '--json'])).stdout), resultOf('aa11', {}));
    const events = (await sandbox.run(['runs', 'show', 'last', '--events'])).stdout.trimEnd().split('\n');
    assert.deepEqual(
      events.map((line) => JSON.parse(line)),
      eventsOf('aa11', { day: 1 }),
    );
    assert.equal((await sandbox.run(['runs', 'show', 'last', '--events', '--json'])).code, 2);
    const missing = await sandbox.run(['runs', 'show', 'aa12']);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /error\[PC8101\]: there is no run "aa12"\n.*did you mean "aa11"\?/);
  });

  it('shows a run that was killed as interrupted, with what it did', async () => {
    using sandbox = openSandbox();
    await keep(sandbox, 'cc33', { day: 3, killed: true });
    const journal = join(runsDir(sandbox), 'cc33.jsonl');
    appendFileSync(journal, 'rubbish\n{"cut off');
    const { code, stdout, stderr } = await sandbox.run(['runs', 'show', 'cc33', '--json']);
    const result = JSON.parse(stdout) as RunResult;
    assert.deepEqual(
      [code, result.status, result.error?.code, result.steps[0]?.output],
      [0, 'interrupted', 'PC8106', 'hello\nworld'],
    );
    assert.match(stderr, /warning\[PC8103\]: line 4 of .*cc33\.jsonl \(byte \d+\) cannot be read/);
    const shape = (keys: object) => Object.keys(keys).sort();
    assert.deepEqual(shape(result), shape(resultOf('cc33', {})));
  });

  it('removes runs by id, by age, or all with a yes', async () => {
    using sandbox = openSandbox();
    for (const id of ['aa11', 'bb22', 'cc33']) await keep(sandbox, id, { day: 1 });
    const now = new Date();
    await keep(sandbox, 'dd44', { at: now });
    for (const args of [[], ['aa11', '--all'], ['--older-than', 'soon'], ['--all']]) {
      assert.equal((await sandbox.run(['runs', 'rm', ...args])).code, 2);
    }
    assert.deepEqual(await sandbox.run(['runs', 'rm', 'bb', 'aa11', 'bb22']), {
      code: 0,
      stdout: '',
      stderr: 'removed 2 runs\n',
    });
    assert.equal((await sandbox.run(['runs', 'rm', 'cc33', 'zz'])).code, 1);
    assert.equal(existsSync(join(runsDir(sandbox), 'cc33.jsonl')), true);
    assert.match((await sandbox.run(['runs', 'rm', '--older-than', '1d'])).stderr, /removed 1 run\n/);
    assert.equal((await sandbox.run(['runs', 'rm', '--all', '-y', '-q'])).code, 0);
    assert.equal((await sandbox.run(['runs', 'list', '--json'])).stdout, '[]\n');
  });

  it('keeps every run of `promptchain run`', async () => {
    using sandbox = openSandbox({ 'chain.yaml': 'model: echo/x\nsteps:\n  - "Hello {input}"\n' });
    const ran = await sandbox.run(['run', 'chain.yaml', '-i', 'you', '--json']);
    const shown = await sandbox.run(['runs', 'show', 'last', '--json']);
    assert.deepEqual(JSON.parse(shown.stdout), JSON.parse(ran.stdout));
    assert.match(
      readFileSync((await sandbox.run(['runs', 'path', 'last'])).stdout.trimEnd(), 'utf8'),
      /^\{"v":1,.*"type":"run\.started"/,
    );
  });
});

interface Kept {
  readonly day?: number;
  readonly at?: Date;
  readonly status?: RunResult['status'];
  readonly killed?: boolean;
}

function runsDir(sandbox: Sandbox): string {
  return join(sandbox.dir, '../home/promptchain/state/runs');
}

/** A journal as a run leaves it; as a killed one leaves it when it does not say whose it is. */
async function keep(sandbox: Sandbox, id: string, kept: Kept): Promise<void> {
  const events = eventsOf(id, kept);
  if (kept.killed) {
    mkdirSync(runsDir(sandbox), { recursive: true });
    const lines = events.slice(0, -1).map((event) => `${JSON.stringify(event)}\n`);
    writeFileSync(join(runsDir(sandbox), `${id}.jsonl`), lines.join(''));
    return;
  }
  const journal = openJournal(runsDir(sandbox), id);
  for (const event of events) journal.append(event);
  await journal.close();
}

function eventsOf(id: string, { day = 1, at = new Date(Date.UTC(2026, 0, day)), status }: Kept): readonly Event[] {
  const bodies: EventBody[] = [
    { type: 'run.started', chain: CHAIN, steps: 1 },
    { type: 'step.started', step: 'a', id: 'a', kind: 'prompt', model: 'openai/x', final: true },
    { type: 'step.completed', ...STEP, step: 'a', kind: 'prompt', model: 'openai/x' },
    { type: status === undefined ? 'run.completed' : 'run.failed', result: resultOf(id, status === undefined ? {} : { status }) },
  ];
  return bodies.map((body, seq) => ({ v: 1, seq, ts: at.toISOString(), run_id: id, ...body }));
}

const STEP = { id: 'a', output: 'hello\nworld', attempts: 1, usage: USAGE, cost_usd: null, duration_ms: 5 } as const;

function resultOf(id: string, more: Partial<RunResult>): RunResult {
  const step = {
    ...STEP,
    path: 'a',
    type: 'prompt',
    status: 'completed',
    model: 'openai/x',
    data: null,
    finish_reason: null,
  } as const;
  return {
    schema: 'promptchain.result.v1',
    run_id: id,
    chain: CHAIN,
    status: 'success',
    exit_code: 0,
    output: 'hello\nworld',
    steps: [{ ...step, tool_calls: 0, error: null }],
    usage: USAGE,
    cost_usd: null,
    duration_ms: 40,
    llm: true,
    warnings: [],
    error: null,
    resume: null,
    ...more,
  };
}
