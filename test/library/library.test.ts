import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ChainError, type Event, loadChain, type RunResult, runChain, UsageError } from '../../src/index.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'promptchain-library-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const ECHO = { model: { override: 'echo/prompt' }, env: {} };

test('a chain is loaded and run; the result is returned, and is in the last event', async () => {
  const file = await chainFile('model: openai/gpt-4o\nsteps: ["Say {input}"]\n');
  const { events, result } = await collect(runChain(loadChain(file, ECHO), { input: 'yes', env: {} }));
  assert.equal(result.output, 'Say yes');
  assert.equal(events[0]?.type, 'run.started');
  assert.deepEqual(events.at(-1), { ...events.at(-1), type: 'run.completed', result });
});

test('every problem of a file is thrown at once', async () => {
  const file = await chainFile('steps:\n  - promt: a\n  - run: echo {input}\n');
  assert.throws(
    () => loadChain(file, ECHO),
    (error) => error instanceof ChainError && error.problems.length >= 2,
  );
});

test('a relative file is looked for in the given folder', async () => {
  await chainFile('steps: ["Say {input}"]\n');
  assert.equal(loadChain('chain.yaml', { ...ECHO, cwd: folder }).file, join(folder, 'chain.yaml'));
});

test('inputs are checked against the chain, their defaults filled in', async () => {
  const inputs = 'inputs:\n  n: { type: integer, required: true }\n  tone: { type: string, default: brief }\n';
  const chain = loadChain(await chainFile(`${inputs}steps: ["{inputs.n} {inputs.tone}"]\n`), ECHO);
  const output = async (given: Record<string, number | string>) => {
    const { result } = await collect(runChain(chain, { inputs: given, env: {} }));
    return result.output;
  };
  assert.equal(await output({ n: 2 }), '2 brief');
  assert.equal(await output({ n: '3', tone: 'long' }), '3 long');
  await assert.rejects(output({}), isUsage(/"n" is required/));
  await assert.rejects(output({ n: 'two' }), isUsage(/"n" must be a whole number/));
  await assert.rejects(output({ n: 2, m: 2 }), isUsage(/no input "m"/));
});

test('a missing key is the error of the run', async () => {
  const chain = loadChain(await chainFile('model: openai/gpt-4o\nsteps: ["Say {input}"]\n'), { env: {} });
  const { result } = await collect(runChain(chain, { input: 'x', env: {} }));
  assert.equal(result.error?.reason, 'auth');
  assert.equal(result.exit_code, 4);
});

test('memory is kept in the file that is given, else in the store of the command line', async () => {
  const steps = 'steps:\n  - prompt: "{input}, {memory.last | default \'none\'}"\n    remember: { last: "{input}" }\n';
  const chain = loadChain(await chainFile(steps), ECHO);
  const say = async (input: string, options = {}) => {
    const { result } = await collect(runChain(chain, { input, env: { PROMPTCHAIN_HOME: join(folder, 'home') }, ...options }));
    return result.output;
  };
  const memory = join(folder, 'memory.jsonl');
  assert.equal(await say('a', { memory }), 'a, none');
  assert.equal(await say('b', { memory }), 'b, a, none');
  assert.equal(await say('c'), 'c, none');
  assert.equal(await say('d'), 'd, c, none');
});

test('aborting the signal ends the run, and the result says so', { timeout: 30_000 }, async () => {
  const chain = loadChain(await chainFile('steps:\n  - run: sleep 60\n'), ECHO);
  const stop = new AbortController();
  const run = runChain(chain, { signal: stop.signal });
  for (let next = await run.next(); !next.done && next.value.type !== 'step.started'; ) next = await run.next();
  stop.abort();
  const { result } = await collect(run);
  assert.equal(result.status, 'interrupted');
  assert.equal(result.exit_code, 130);
});

test('a reader that leaves ends the run', { timeout: 30_000 }, async () => {
  const chain = loadChain(await chainFile('steps:\n  - run: sleep 60\n'), ECHO);
  for await (const event of runChain(chain)) if (event.type === 'step.started') break;
});

async function chainFile(text: string): Promise<string> {
  const file = join(folder, 'chain.yaml');
  await writeFile(file, text);
  return file;
}

async function collect(run: AsyncGenerator<Event, RunResult>): Promise<{ events: Event[]; result: RunResult }> {
  const events: Event[] = [];
  for (;;) {
    const next = await run.next();
    if (next.done) return { events, result: next.value };
    events.push(next.value);
  }
}

function isUsage(message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof UsageError && message.test(error.message);
}

test('a chain has its tools; nobody is asked, so what a rule asks about needs leave', async () => {
  const file = await chainFile(
    'permissions: { ask: [calculator] }\nsteps:\n  - tool: calculator\n    with: { expression: "{input}" }\n',
  );
  const chain = loadChain(file, { env: {} });
  const env = { HOME: folder };
  const asked = await collect(runChain(chain, { input: 'sqrt(144)', env }));
  assert.equal(asked.result.exit_code, 8);
  const allowed = await collect(runChain(chain, { input: 'sqrt(144)', env, allowTools: ['calculator'] }));
  assert.equal(allowed.result.output, '12');
});
