import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Event } from '../../src/core/event.ts';
import { type FakeProvider, startFakeProvider } from '../fake/provider.ts';
import { packageDir } from '../package/package-dir.ts';
import { chains, filesOf, type Node } from './generated-chains.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

const CHAINS = Number(process.env.PROMPTCHAIN_TEST_CHAINS ?? 60);
const SEED = Number(process.env.PROMPTCHAIN_TEST_SEED ?? 1);
const AT_ONCE = 2;

interface Outcome {
  readonly code: number;
  readonly output: unknown;
  readonly error: string | null;
  readonly log: string;
}

test(`${CHAINS} generated chains, each killed with -9 at a random moment and resumed`, async (t) => {
  const generated = fc.sample(fc.tuple(chains, fc.constantFrom('each_step' as const, 'on_success' as const), fc.nat()), {
    numRuns: CHAINS,
    seed: SEED,
  });
  const sum = { inTheMiddle: 0, kept: 0, repeated: 0, different: 0 };
  const queue = generated.entries();
  const work = async () => {
    for (const [number, [nodes, commit, moment]] of queue) {
      const found = await compare(nodes, commit, moment);
      sum.inTheMiddle += found.inTheMiddle ? 1 : 0;
      sum.kept += found.kept;
      sum.repeated += found.repeated.length;
      sum.different += found.problems.length;
      assert.deepEqual([found.problems, found.repeated], [[], []], `chain ${number}: ${JSON.stringify(filesOf(nodes, commit))}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  t.diagnostic(
    `${CHAINS} chains, ${sum.inTheMiddle} killed in the middle: ${sum.kept} finished steps kept, ${sum.repeated} called again, ${sum.different} outputs differ`,
  );
  assert.ok(sum.inTheMiddle > CHAINS / 4, `only ${sum.inTheMiddle} were killed in the middle`);
});

async function compare(nodes: readonly Node[], commit: 'each_step' | 'on_success', moment: number) {
  const whole = await world(nodes, commit);
  const cut = await world(nodes, commit);
  try {
    const expected = await whole.outcome(await whole.toEnd());
    const calls = countBy(whole.asked());
    const events = await cut.killed(1 + (moment % Math.max(2, expected.lines)));
    const before = countBy(cut.asked());
    const id = events[0]?.run_id;
    const ended = events.some((event) => 'result' in event);
    const actual = await cut.outcome(id === undefined ? await cut.toEnd() : await cut.resumed(id));
    const problems = ['code', 'output', 'error', 'log'].filter(
      (key) => JSON.stringify(actual[key as keyof Outcome]) !== JSON.stringify(expected[key as keyof Outcome]),
    );
    // A text is asked for so often in all; what had ended by the kill is not asked for again.
    const done = countBy(ended ? [] : events.flatMap((event) => textsOf(event)));
    const repeated: string[] = [];
    for (const [text, count] of countBy(cut.asked())) {
      const later = count - (before.get(text) ?? 0);
      const allowed = Math.max(0, (calls.get(text) ?? 0) - (done.get(text) ?? 0));
      if (later > allowed) repeated.push(`${text}: asked ${later} times after the kill, ${allowed} were open`);
    }
    return { problems, repeated, kept: [...done.values()].reduce((a, b) => a + b, 0), inTheMiddle: !ended && events.length > 0 };
  } finally {
    await whole.close();
    await cut.close();
  }
}

/** The step that ended well: its answer repeats what it was asked. */
function textsOf(event: Event): string[] {
  if (event.type !== 'step.completed' || event.kind !== 'prompt') return [];
  return /^<(.*)>$/s.exec(event.output)?.slice(1) ?? [];
}

/** A chain in a folder of its own, and a provider that answers `<text>`, once busy, or never. */
async function world(nodes: readonly Node[], commit: 'each_step' | 'on_success') {
  const busy = new Set<string>();
  const fake: FakeProvider = await startFakeProvider({
    replies: ({ body }) => {
      const text = wordOf(body);
      if (text.startsWith('NO')) return { status: 400 };
      if (!text.startsWith('BUSY') || busy.has(text)) return { text: `<${text}>` };
      busy.add(text);
      return { status: 429, retryAfterMs: '1' };
    },
  });
  const sandbox: Sandbox = openSandbox(filesOf(nodes, commit));
  const env = { OPENAI_BASE_URL: fake.openaiUrl, OPENAI_API_KEY: 'sk-test-0000' };
  return {
    asked: () => fake.requests.map(({ body }) => wordOf(body)),
    toEnd: () => sandbox.run(['run', 'chain.yaml', '-i', 'x', '--jsonl'], { env }),
    resumed: async (id: string) => {
      const again = await sandbox.run(['runs', 'resume', id], { env });
      // A run that had ended by the kill has nothing to resume.
      assert.ok(again.code !== 7, again.stderr);
      return sandbox.run(['runs', 'show', id, '--json']);
    },
    async outcome({ stdout }: { stdout: string }): Promise<Outcome & { lines: number }> {
      const lines = stdout.trim().split('\n');
      const last = JSON.parse(stdout.startsWith('{\n') ? stdout : (lines.at(-1) ?? '{}'));
      const result = last.result ?? last;
      const { stdout: kept } = await sandbox.run(['memory', 'get', 'log']);
      const entries = kept === '' ? [] : (JSON.parse(kept) as string[]);
      // Steps that write at once write in the order in which branches get there.
      const log = (commit === 'each_step' ? entries.sort() : entries).join();
      return { code: result.exit_code, output: result.output, error: result.error?.code ?? null, log, lines: lines.length };
    },
    killed: (lines: number) => killedAfter(sandbox, env, lines),
    async close() {
      await fake.close();
      sandbox[Symbol.dispose]();
    },
  };
}

/** The first word says which prompt it is, and for which item and turn. */
function wordOf(body: Record<string, unknown>): string {
  return ((body.messages as { content: string }[]).at(-1)?.content ?? '').split(' ')[0] ?? '';
}

async function killedAfter(sandbox: Sandbox, env: Readonly<Record<string, string>>, lines: number): Promise<readonly Event[]> {
  const home = join(sandbox.dir, '..', 'home');
  const child = spawn(process.execPath, [join(packageDir, 'bin/promptchain.js'), 'run', 'chain.yaml', '-i', 'x', '--jsonl'], {
    cwd: sandbox.dir,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: home,
      PROMPTCHAIN_HOME: join(home, 'promptchain'),
      PROMPTCHAIN_TRUST: 'always',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (stdout.split('\n').length > lines) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Event);
}

function countBy(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
