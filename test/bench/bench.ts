import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageDir } from '../package/package-dir.ts';
import { type Contender, measure, median, pairedRatio, type Run } from './measure.ts';
import { CALLS, startServer } from './provider.ts';
import type { Taken } from './server.ts';

/**
 * `npm run bench [-- <rounds>]`: what a user waits for that is not the model, as ratios to a limit measured in the same run,
 * turn and turn about. A ratio is the median of the ratios of the rounds. The floors must hold, the goals are where we want to
 * be; processor time is steadier than time on a busy machine.
 */
const ROUNDS = Number(process.argv[2] ?? 21);
const BIN = join(packageDir, 'bin/promptchain.js');
const CHAIN = `steps:
  - "Extract facts from: {input}"
  - "Analyse: {input}"
  - "Summarise: {input}"
`;

const work = await mkdtemp(join(tmpdir(), 'promptchain-bench-'));
const home = join(work, 'home');
const server = await startServer();
try {
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, medians of ${ROUNDS} runs\n`,
  );
  await writeFile(join(work, 'fast.yaml'), `model: openai/instant\n${CHAIN}`);
  await writeFile(join(work, 'slow.yaml'), `model: openai/paced\n${CHAIN}`);
  for (const steps of [1000, 2000]) await writeFile(join(work, `${steps}.yaml`), longChain(steps));
  await starts();
  await instantChain();
  await pacedChain();
  await agent();
  await longFiles();
} finally {
  server.stop();
  await rm(work, { recursive: true, force: true });
}

async function starts(): Promise<void> {
  const contenders = [program('node -e 0', ['-e', '0']), ours('--version'), ours('--help'), ours('validate', 'fast.yaml')];
  await processes('whole process, ms', contenders, {
    '--version': { floor: 2, goal: 1.3 },
    '--help': { floor: 2, goal: 1.3 },
    'validate fast.yaml': { floor: 3, goal: 1.9 },
  });
}

async function instantChain(): Promise<void> {
  const contenders = [raw('instant'), ours('run', 'fast.yaml', '--input', 'bench'), sdk('instant')];
  const runs = await processes('3 steps, streamed, a provider that answers at once: whole process, ms', contenders, {
    'run fast.yaml --input bench': { floor: 3, goal: 1.8 },
  });
  sameText(runs);
}

/** Whole processes: the time they take, and in rounds of their own the processor time. The first one is the limit. */
async function processes(
  what: string,
  contenders: readonly Contender[],
  bounds: Readonly<Record<string, Bounds>>,
): Promise<Map<string, Run[]>> {
  const timed = await measure(contenders, ROUNDS, { cwd: work });
  const counted = await measure(contenders, Math.ceil(ROUNDS / 2), { cwd: work, cpu: true });
  const valuesOf = (runs: Map<string, Run[]>, name: string, key: 'wholeMs' | 'cpuMs') =>
    (runs.get(name) ?? []).map((run) => run[key]);
  const [limit = '', ...others] = contenders.map(({ name }) => name);
  const wholes = valuesOf(timed, limit, 'wholeMs');
  const cpus = valuesOf(counted, limit, 'cpuMs');
  title(what, `${limit}: ${ms(median(wholes))}, processor ${ms(median(cpus))}`);
  for (const name of others) {
    const cpu = valuesOf(counted, name, 'cpuMs');
    const processor = `processor ${ms(median(cpu))}, ratio ${pairedRatio(cpu, cpus).toFixed(2)}`;
    row(name, valuesOf(timed, name, 'wholeMs'), wholes, bounds[name], processor);
  }
  return timed;
}

/** How much later than the provider's own time everything is, and the first byte of the answer. */
async function pacedChain(): Promise<void> {
  const over = new Map<string, { whole: number[]; first: number[] }>();
  const contenders = [raw('paced'), ours('run', 'slow.yaml', '--input', 'bench'), sdk('paced')];
  const runs = await measure(contenders, Math.min(ROUNDS, 7), {
    cwd: work,
    async note(name, run) {
      const [first, second, third] = (await server.taken()) as [Taken, Taken, Taken];
      const before = first.wholeMs + second.wholeMs;
      const late = over.get(name) ?? { whole: [], first: [] };
      late.whole.push(run.wholeMs - before - third.wholeMs);
      late.first.push(run.firstMs - before - third.firstMs);
      over.set(name, late);
    },
  });
  sameText(runs);
  const late = (name: string, what: 'whole' | 'first') => over.get(name)?.[what].slice(1) ?? [];
  for (const what of ['whole', 'first'] as const) {
    const limit = late('node:http', what);
    const of = what === 'whole' ? 'the end' : 'the first byte of the answer';
    title(`3 steps of 200 ms + 50 × 5 ms: ${of} after the provider's own time, ms`, `node:http: ${ms(median(limit))}`);
    row('run slow.yaml --input bench', late('run slow.yaml --input bench', what), limit, { floor: 2.5, goal: 1.6 });
    row('openai', late('openai', what), limit);
  }
}

/** A loop of a model that answers at once and a server over stdio; what the server takes to start is everyone's, and left out. */
async function agent(): Promise<void> {
  const server = join(packageDir, 'test/fixtures/bench/mcp-server.cjs');
  const chain = `model: openai/agent
mcp: { it: { command: ${JSON.stringify(process.execPath)}, args: [${JSON.stringify(server)}] } }
steps: [{ objective: bench, tools: ["it.*"], max_steps: ${CALLS + 1} }]
`;
  await writeFile(join(work, 'agent.yaml'), chain);
  await measure([ours('trust', 'agent.yaml')], 0, { cwd: work });
  const byHand = join(packageDir, 'test/fixtures/bench/raw-agent.cjs');
  const contenders = [
    program('the server alone', [server, 'start']),
    program('by hand', [byHand, 'agent', process.execPath, server]),
    ours('run', 'agent.yaml', '--input', 'bench'),
  ];
  const runs = await measure(contenders, ROUNDS, { cwd: work });
  const started = (runs.get('the server alone') ?? []).map(({ wholeMs }) => wholeMs);
  const over = (name: string) => (runs.get(name) ?? []).map(({ wholeMs }, round) => wholeMs - (started[round] ?? Number.NaN));
  sameText(new Map([...runs].slice(1)));
  const what = `${CALLS} calls of a tool over stdio MCP, a provider that answers at once: time over the server's own start, ms`;
  title(what, `node:http and MCP by hand: ${ms(median(over('by hand')))}; the server's start ${ms(median(started))}`);
  row('run agent.yaml --input bench', over('run agent.yaml --input bench'), over('by hand'), { floor: 4, goal: 2 });
}

async function longFiles(): Promise<void> {
  const parse = (how: string, steps: number) =>
    program(`${how} ${steps}`, [join(packageDir, 'build/test/bench/parse.js'), how, join(work, `${steps}.yaml`)]);
  const contenders = [parse('yaml', 1000), parse('chain', 1000), parse('yaml', 2000), parse('chain', 2000)];
  const runs = await measure(contenders, Math.min(ROUNDS, 7), { cwd: work });
  const took = (name: string) => (runs.get(name) ?? []).map(({ stdout }) => Number(stdout));
  for (const steps of [1000, 2000]) {
    title(
      `parse and validate ${steps} steps (${Math.round(longChain(steps).length / 1024)} KiB), ms`,
      `yaml alone: ${ms(median(took(`yaml ${steps}`)))}`,
    );
    row('promptchain', took(`chain ${steps}`), took(`yaml ${steps}`), { floor: 1.3, goal: 1.1 });
  }
}

function ours(...args: string[]): Contender {
  return program(args.join(' '), [BIN, ...args]);
}

function raw(model: string): Contender {
  return program('node:http', [join(packageDir, 'test/fixtures/bench/raw.cjs'), model]);
}

function sdk(model: string): Contender {
  return program('openai', [join(packageDir, 'test/fixtures/bench/openai.mjs'), model]);
}

function program(name: string, args: string[]): Contender {
  const { PATH } = process.env;
  return { name, args, env: { PATH, HOME: home, OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'bench' } };
}

function longChain(steps: number): string {
  const step = (index: number) => `  - id: s${index}
    prompt: |
      Step ${index} of a long chain: read what came before and write down what is new.
      Before: {${index === 0 ? 'input' : `steps.s${index - 1}.output`}}
    temperature: 0.5
    retry: { attempts: 2, on: [rate_limit, timeout] }
`;
  return `model: openai/instant\nsteps:\n${Array.from({ length: steps }, (_, index) => step(index)).join('')}`;
}

/** A contender that does less than the others is no contender. */
function sameText(runs: ReadonlyMap<string, readonly Run[]>): void {
  const texts = new Set([...runs.values()].flat().map(({ stdout }) => stdout.trimEnd()));
  if (texts.size !== 1) throw new Error(`the programs do not print the same: ${JSON.stringify([...texts])}`);
}

function title(what: string, limit: string): void {
  console.log(`${what}\n  ${limit}`);
}

interface Bounds {
  readonly floor: number;
  readonly goal: number;
}

function row(name: string, values: readonly number[], limits: readonly number[], bounds?: Bounds, more?: string): void {
  const ratio = pairedRatio(values, limits);
  const parts = [`ratio ${ratio.toFixed(2).padStart(5)}`, more, verdict(ratio, bounds)].filter((part) => part !== undefined);
  console.log(`  ${name.padEnd(32)} ${ms(median(values)).padStart(8)}  ${parts.join('; ')}`);
}

function verdict(ratio: number, bounds: Bounds | undefined): string | undefined {
  if (bounds === undefined) return undefined;
  const met = ratio <= bounds.goal ? 'goal met' : ratio <= bounds.floor ? 'floor met, goal missed' : 'FLOOR MISSED';
  return `floor ${bounds.floor}, goal ${bounds.goal}: ${met}`;
}

function ms(value: number): string {
  return value.toFixed(1);
}
