import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startFakeProvider } from '../../fake/provider.ts';
import { onTerminal, shell, start } from '../live.ts';
import { openSandbox, type Sandbox } from '../sandbox.ts';

const TWO_STEPS = 'models: [openai/gpt-4o-mini]\nsteps: ["A {input}", "B {input}"]\n';
const ECHO = 'models: [echo/x]\nsteps: ["{input}"]\n';

describe('signals', () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    it(`${signal} ends a run in the middle of an answer: told, kept, and the process dies of it`, async () => {
      await using fake = await startFakeProvider({ fallback: { tokens: ['half', ' of', ' it', '.'], stall: 'mid' } });
      using sandbox = openSandbox({ 'a.yaml': TWO_STEPS });
      const live = start(sandbox, ['run', 'a.yaml', '-i', 'hi', '--jsonl'], { env: keys(fake) });
      await live.saw('stdout', 'step.delta');
      live.child.kill(signal);
      const ended = await live.ended;
      assert.deepEqual([ended.code, ended.signal, ended.stderr], [null, signal, '']);
      const last = JSON.parse(ended.stdout.trimEnd().split('\n').at(-1) ?? '');
      assert.deepEqual([last.type, last.result.status, last.result.exit_code], ['run.interrupted', 'interrupted', code]);
      assert.deepEqual(lastEvent(sandbox), last);
      await fake.abandoned(1);
    });
  }

  it('end a command that a step runs, with all it started', async () => {
    using sandbox = openSandbox({ 'a.yaml': 'steps:\n  - run: "sleep 300 & echo pid $! >&2; wait"\n' });
    const live = start(sandbox, ['run', 'a.yaml', '-i', 'hi']);
    await live.saw('stderr', '1: pid ');
    live.child.kill('SIGINT');
    const { signal, stderr } = await live.ended;
    assert.equal(signal, 'SIGINT');
    await gone(Number(/pid (\d+)/.exec(stderr)?.[1]));
  });

  it('end the wait before another attempt', async () => {
    await using fake = await startFakeProvider({ fallback: { status: 429, retryAfter: '50' } });
    using sandbox = openSandbox({ 'a.yaml': TWO_STEPS });
    const live = start(sandbox, ['run', 'a.yaml', '-i', 'hi'], { env: keys(fake) });
    await live.saw('stderr', 'attempt 1 of');
    live.child.kill('SIGTERM');
    const { signal, stderr } = await live.ended;
    assert.equal(signal, 'SIGTERM');
    assert.match(stderr, /promptchain runs resume \S+\n$/, 'the last line says what to do next');
  });

  it('a second one ends it even when the run does not end by itself', async () => {
    using sandbox = openSandbox({
      'a.yaml': 'steps:\n  - function: ./stuck.mjs#stuck\n',
      'stuck.mjs': 'export const stuck = () => { for (;;); };\n',
    });
    const live = start(sandbox, ['run', 'a.yaml', '-i', 'hi', '-v']);
    await live.saw('stderr', 'started');
    // Two of the same could arrive as one, and two different ones in either order.
    live.child.kill('SIGINT');
    live.child.kill('SIGTERM');
    const { signal, stderr } = await live.ended;
    assert.match(signal ?? '', /^SIG(INT|TERM)$/);
    assert.doesNotMatch(stderr, /PC0002/, 'nothing is waited for, nothing more is told');
  });

  it('are obeyed while the reader of stdout takes nothing', async () => {
    using sandbox = openSandbox({ 'a.yaml': 'steps:\n  - run: seq 1000000\n' });
    const live = start(sandbox, ['run', 'a.yaml', '-i', 'hi'], { stdio: ['ignore', 'pipe', 'pipe'] });
    await live.saw('stdout', '1\n');
    const { stdout } = live.child;
    assert.ok(stdout);
    stdout.pause();
    // What the process cannot get rid of piles up here first.
    while (stdout.readableLength < stdout.readableHighWaterMark) await new Promise(setImmediate);
    live.child.kill('SIGINT');
    const exited = new Promise((resolve) => live.child.once('exit', (_, signal) => resolve(signal)));
    assert.equal(await exited, 'SIGINT');
    stdout.destroy();
  });

  it('give every step that had started an end, also one that does not stop', async () => {
    using sandbox = openSandbox({
      'a.yaml': 'steps:\n  - function: ./stuck.mjs#stuck\n',
      'stuck.mjs': 'export const stuck = () => new Promise(() => {});\n',
    });
    const live = start(sandbox, ['run', 'a.yaml', '-i', 'hi', '--jsonl']);
    await live.saw('stdout', 'step.started');
    live.child.kill('SIGINT');
    const types = (await live.ended).stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).type)
      .filter((type) => type !== 'memory.read');
    assert.deepEqual(types, ['run.started', 'step.started', 'step.failed', 'run.interrupted']);
  });

  it('show the cursor again on a terminal', async () => {
    await using fake = await startFakeProvider({ fallback: { stall: 'before' } });
    using sandbox = openSandbox({ 'a.yaml': TWO_STEPS });
    const live = onTerminal(sandbox, 'trap : INT; promptchain run a.yaml -i hi', { env: keys(fake) });
    await live.saw('stdout', '\u001b[?25l');
    live.child.stdin?.write('\u0003');
    const { stdout } = await live.ended;
    assert.ok(stdout.lastIndexOf('\u001b[?25h') > stdout.lastIndexOf('\u001b[?25l'), stdout);
  });
});

describe('a reader of stdout that goes away', () => {
  it('ends the run: the request is dropped, the journal says interrupted, the code is 141', async () => {
    await using fake = await startFakeProvider({ fallback: { bytes: 4_000_000, paceMs: 1 } });
    using sandbox = openSandbox({ 'a.yaml': 'models: [openai/gpt-4o-mini]\nsteps: ["{input}"]\n' });
    const live = start(sandbox, ['run', 'a.yaml', '-i', 'hi'], { env: keys(fake) });
    await live.saw('stdout', ' ');
    live.child.stdout?.destroy();
    const { code, stderr } = await live.ended;
    assert.equal(code, 141);
    assert.doesNotMatch(stderr, /EPIPE|at .*\.js/);
    await fake.abandoned(1);
    const last = lastEvent(sandbox);
    assert.deepEqual([last.type, last.result.exit_code], ['run.interrupted', 141]);
  });

  it('under `| head` gives no stack trace', async () => {
    using sandbox = openSandbox({ 'a.yaml': 'steps:\n  - run: seq 100000\n' });
    const { stdout, stderr } = await shell(sandbox, '{ promptchain run a.yaml -i x; echo "code $?" >&2; } | head -n 1').ended;
    assert.equal(stdout, '1\n');
    assert.match(stderr, /code 141/);
    assert.doesNotMatch(stderr, /EPIPE|at .*\.js/);
  });
});

describe('odd streams', () => {
  it('a slow reader gets all of a large result', async () => {
    using sandbox = openSandbox({ 'a.yaml': 'steps:\n  - run: seq 300000\n' });
    const { stdout } = await shell(sandbox, 'promptchain run a.yaml -i x -q | { sleep 0.3; cksum; }').ended;
    const { stdout: expected } = await shell(sandbox, 'seq 300000 | cksum').ended;
    assert.equal(stdout, expected);
  });

  it('a slow reader gets the last pieces too, which are written when the pipe is full already', async () => {
    // A pipe holds 65,536 bytes; what is over waits in the process, and is too little for it to hold the writing up.
    const tokens = Array.from({ length: 38 }, (_, index) => String(index % 10).repeat(2000));
    await using fake = await startFakeProvider({ fallback: { tokens, paceMs: 3 } });
    using sandbox = openSandbox({ 'a.yaml': 'models: [openai/gpt-4o-mini]\nsteps: ["{input}"]\n' });
    const reader = '{ until grep -q "done in" err.txt; do sleep 0.05; done; cat; }';
    const { stdout } = await shell(sandbox, `promptchain run a.yaml -i x 2>err.txt | ${reader}`, { env: keys(fake) }).ended;
    assert.equal(stdout.length, 76_001);
    assert.ok(stdout.endsWith('7\n'));
  });

  it('a full disk under stdout is an error with its reason', async () => {
    using sandbox = openSandbox({ 'a.yaml': ECHO });
    for (const line of [
      'promptchain run a.yaml -i x',
      'promptchain run a.yaml -i x --json',
      'promptchain --help',
      'promptchain --version',
    ]) {
      const { code, stderr } = await shell(sandbox, `${line} >/dev/full`).ended;
      assert.deepEqual([line, code], [line, 1]);
      assert.match(stderr, /error\[PC0004\]: cannot write to stdout: no space left on the device\n/);
      assert.equal(stderr.split('PC0004').length, 2, 'told once');
    }
  });

  it('closed streams are lived with', async () => {
    using sandbox = openSandbox({ 'a.yaml': ECHO });
    assert.equal((await shell(sandbox, 'promptchain run a.yaml -i x 2>&-').ended).stdout, 'x\n');
    assert.equal((await shell(sandbox, 'promptchain run a.yaml -i x <&-').ended).stdout, 'x\n');
    const none = await shell(sandbox, 'promptchain run a.yaml <&-').ended;
    assert.deepEqual([none.code, /--input/.test(none.stderr)], [2, true]);
    assert.ok([0, 1].includes((await shell(sandbox, 'promptchain run a.yaml -i x >&-').ended).code ?? -1));
    assert.ok([0, 1].includes((await shell(sandbox, 'promptchain run a.yaml -i x >&- 2>&- <&-').ended).code ?? -1));
    assert.equal((await shell(sandbox, 'promptchain run a.yaml -i x 2>/dev/full').ended).stdout, 'x\n');
  });

  it('works with no columns, no TERM, no language and nearly no environment', async () => {
    using sandbox = openSandbox({ 'a.yaml': ECHO });
    const { stdout, code } = await sandbox.run(['run', 'a.yaml', '-i', 'é'], { env: { COLUMNS: '0', LANG: 'C', LC_ALL: 'C' } });
    assert.deepEqual([code, stdout], [0, 'é\n']);
  });

  it('a home that cannot be written costs the journal, not the run', async () => {
    using sandbox = openSandbox({ 'a.yaml': ECHO, file: '' });
    const { code, stdout, stderr } = await sandbox.run(['run', 'a.yaml', '-i', 'x'], {
      env: { PROMPTCHAIN_HOME: sandbox.path('file') },
    });
    assert.deepEqual([code, stdout], [0, 'x\n']);
    assert.match(stderr, /warning\[PC8104\]: the run is not saved/);
    const json = JSON.parse(
      (await sandbox.run(['run', 'a.yaml', '-i', 'x', '--json'], { env: { PROMPTCHAIN_HOME: sandbox.path('file') } })).stdout,
    );
    assert.equal(json.warnings[0].code, 'PC8104');
  });

  it('a working folder that was deleted is named', async () => {
    using sandbox = openSandbox({ 'a.yaml': ECHO });
    mkdirSync(sandbox.path('gone'));
    const { code, stderr } = await shell(sandbox, 'cd gone; rmdir ../gone; promptchain run ../a.yaml -i x').ended;
    assert.deepEqual([code, /^error\[PC2009\]: the working folder no longer exists/.test(stderr)], [2, true]);
    rmSync(sandbox.path('gone'), { recursive: true, force: true });
  });
});

function keys(fake: { readonly openaiUrl: string }): Readonly<Record<string, string>> {
  return { OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: fake.openaiUrl };
}

/** Resolves when the process is gone, or is a zombie that only its parent has to collect. */
async function gone(pid: number): Promise<void> {
  const deadline = Date.now() + 2000;
  while (isRunning(pid)) {
    assert.ok(Date.now() < deadline, `process ${pid} is still there`);
    await new Promise(setImmediate);
  }
}

function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** The last line of the journal of the only run. */
function lastEvent(sandbox: Sandbox) {
  const runs = join(sandbox.dir, '../home/promptchain/state/runs');
  const [file = ''] = readdirSync(runs);
  return JSON.parse(readFileSync(join(runs, file), 'utf8').trimEnd().split('\n').at(-1) ?? '');
}
