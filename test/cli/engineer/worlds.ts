import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReportData } from '../../../src/cli/optimize/report/data.ts';
import type { OptimizeEvent } from '../../../src/engineer/events.ts';
import { chat } from '../../fake/chat.ts';
import { type FakeProvider, type FakeRequest, startFakeProvider } from '../../fake/provider.ts';
import type { Reply } from '../../fake/reply.ts';
import { type WireOptions, type WireWorld, worldOnWire } from '../../promptworld/wire.ts';
import { type Ended, openSandbox, type Sandbox } from '../sandbox.ts';

/** The real program in a folder with a chain, its rows and a provider that plays a simulated world. */
export interface WorldSandbox extends AsyncDisposable {
  readonly world: WireWorld;
  readonly sandbox: Sandbox;
  readonly fake: FakeProvider;
  readonly env: Readonly<Record<string, string>>;
  engineer(...args: readonly string[]): Promise<Ended>;
  /** What the model that writes prompts was asked so far. */
  questions(): readonly string[];
  journal(folder: string): readonly OptimizeEvent[];
  report(folder: string): ReportData;
}

export interface WorldOptions {
  readonly family?: string;
  readonly seed?: number;
  readonly rows?: WireOptions['rows'];
  /** Tokens of each answer of the chain's model. */
  readonly tokens?: number;
  /** What goes wrong with a request, before the world answers it. */
  readonly trouble?: (request: FakeRequest, number: number) => Reply | undefined;
}

export async function openWorld({
  family = 'binary',
  seed = 3,
  rows = SMALL,
  tokens,
  trouble,
}: WorldOptions = {}): Promise<WorldSandbox> {
  const world = worldOnWire(seed, { family, rows, steady: true });
  const answer = (request: FakeRequest): Reply => {
    const reply = world.replies(request);
    return tokens === undefined || chat.ask(request.body).model === 'writer'
      ? reply
      : { ...reply, usage: { input: 50, output: tokens } };
  };
  const fake = await startFakeProvider({ replies: (request, number) => trouble?.(request, number) ?? answer(request) });
  const sandbox = openSandbox({ 'chain.yaml': chainFile(world.system), 'rows.jsonl': world.files['orders.jsonl'] });
  const env = { OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: fake.openaiUrl };
  return {
    world,
    sandbox,
    fake,
    env,
    engineer: (...args) => sandbox.run(['engineer', ...args], { env }),
    questions: () =>
      fake.requests.map(({ body }) => chat.ask(body)).flatMap(({ model, lastUser }) => (model === 'writer' ? [lastUser] : [])),
    journal: (folder) =>
      readFileSync(join(sandbox.path(folder), 'journal.jsonl'), 'utf8')
        .split('\n')
        .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as OptimizeEvent])),
    report: (folder) => JSON.parse(readFileSync(join(sandbox.path(folder), 'report.json'), 'utf8')) as ReportData,
    async [Symbol.asyncDispose]() {
      await fake.close();
      sandbox[Symbol.dispose]();
    },
  };
}

const SMALL = { train: 30, val: 10, test: 40 };

/** What a run found, without what differs from run to run. */
export function findingsOf({ run: _, name: _name, started: __, spent, ...found }: ReportData): object {
  const { calls: ___, costUsd: ____, cached: _____, models: ______, ...rest } = spent;
  return { ...found, spent: rest };
}

/** Decisions do not depend on the order in which rollouts came. */
export function decisionsOf(events: readonly OptimizeEvent[]): readonly OptimizeEvent[] {
  return events.filter(({ type }) => type !== 'rollout' && type !== 'answer' && type !== 'paused');
}

function chainFile(system: string): string {
  return `# How orders are handled.
name: orders
models:
  worker: { model: openai/worker, price: { input: 1, output: 2 } } # cheap
  writer: { model: openai/writer, price: { input: 3, output: 12 } }
model: worker

engineer:
  data: rows.jsonl
  models: { improver: writer }
  steps:
    decide: { keep: ["^Answer only with"] }

steps:
  - id: decide # the heart of it
    system: | # what is asked
${system.replace(/^/gm, '      ')}
    prompt: "{input}"
    temperature: 0 # as exact as can be
    max_tokens: 1000
`;
}
