import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { loadChain } from '../../src/chain/load.ts';
import type { Chain } from '../../src/core/chain.ts';
import type { Event } from '../../src/core/event.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { RunOptions, RunResult } from '../../src/core/run.ts';
import type { Tool, Toolbox, ToolResult } from '../../src/core/tool.ts';
import { runChain } from '../../src/engine/run.ts';
import { matches } from '../../src/lib/glob.ts';
import { wireName } from '../../src/lib/wire-name.ts';
import { createOpenModel } from '../../src/models/open.ts';
import { KINDS } from '../../src/steps/index.ts';
import { stepOptions } from '../../src/steps/options.ts';
import { quickIo } from '../engine/generated-steps.ts';
import type { FakeOptions, FakeRequest, Reply } from '../fake/provider.ts';
import { startFakeProvider } from '../fake/provider.ts';
import { packageDir } from '../package/package-dir.ts';
import { assertWhole } from './wire.ts';

export interface Play {
  /** The steps, as YAML, and what stands before them. */
  readonly steps: string;
  readonly head?: string;
  readonly model?: string;
  readonly replies?: FakeOptions['replies'];
  readonly tools?: readonly Tool[];
  readonly permit?: Toolbox['permit'];
  readonly input?: string;
  readonly chain?: (chain: Chain) => Chain;
  readonly options?: Partial<RunOptions>;
  readonly onEvent?: (event: Event) => void;
}

export interface Played {
  readonly result: RunResult;
  readonly events: readonly Event[];
  readonly requests: readonly FakeRequest[];
}

/** One model of each protocol. */
export const WIRES = ['openai/gpt-4o-mini', 'anthropic/claude-sonnet-4-5', 'openai/gpt-5-codex'] as const;

/** Runs steps against the fake provider with the given tools; on every request, each call must stand with its answer. */
export async function play(given: Play): Promise<Played> {
  await using fake = await startFakeProvider(given.replies === undefined ? {} : { replies: given.replies });
  const env = {
    OPENAI_BASE_URL: fake.openaiUrl,
    OPENAI_API_KEY: 'sk-test-0000',
    ANTHROPIC_BASE_URL: fake.anthropicUrl,
    ANTHROPIC_API_KEY: 'sk-ant-test-0000',
  };
  const io = { ...quickIo(), env };
  const plain = load(`model: ${given.model ?? WIRES[0]}\n${given.head ?? SERVERS}steps:\n${given.steps}`, env);
  const chain = given.chain?.(plain) ?? plain;
  const events: Event[] = [];
  const run = runChain(chain, {
    runId: 'r1',
    input: given.input ?? 'IN',
    inputs: {},
    io,
    openModel: createOpenModel({ io }),
    memory: { read: async () => ({}), commit: async () => undefined },
    toolbox: boxOf(given.tools ?? [], given.permit),
    live: false,
    signal: new AbortController().signal,
    ...given.options,
  });
  try {
    for (;;) {
      const next = await run.next();
      if (next.done) {
        assertWhole(fake.requests);
        return { result: next.value, events, requests: fake.requests };
      }
      events.push(next.value);
      given.onEvent?.(next.value);
    }
  } finally {
    // A test that stops looking leaves nothing behind.
    await run.return(undefined as never);
  }
}

/** The tools of a test stand for those of servers, which nobody starts. */
const SERVERS = 'mcp: { calc: { command: nothing }, secret: { command: nothing } }\n';

export function load(text: string, env: Readonly<Record<string, string>> = {}): Chain {
  const options = { kinds: KINDS, stepOptions, packageDir, env, cwd: tmpdir(), text };
  return loadChain('c.yaml', options);
}

function boxOf(tools: readonly Tool[], permit: Toolbox['permit'] = async () => undefined): Toolbox {
  return {
    async *open(patterns) {
      return tools.filter(({ name }) => patterns.some((pattern) => matches(pattern, name)));
    },
    permit,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** A tool whose calls are kept in `calls`, in the order they were made. */
export function toolOf(
  name: string,
  work: (args: JsonObject, signal: AbortSignal) => Promise<string> | string,
  parameters: JsonObject = { type: 'object' },
): Tool & { readonly calls: JsonObject[] } {
  const calls: JsonObject[] = [];
  return {
    name,
    wireName: wireName(name),
    description: `does ${name}`,
    parameters,
    effect: 'none',
    calls,
    // biome-ignore lint/correctness/useYield: a tool may have nothing to say before its result.
    async *call(args, { signal }): AsyncGenerator<never, ToolResult> {
      calls.push(args);
      return { text: await work(args, signal), isError: false };
    },
  };
}

/** A reply that calls tools: `['adder', {a: 1}]`, one pair a call. */
export function calling(...calls: readonly (readonly [name: string, args: JsonObject | string])[]): Reply {
  number += 1;
  return {
    toolCalls: calls.map(([name, args], index) => ({
      id: `id_${number}_${index}`,
      name,
      arguments: typeof args === 'string' ? args : JSON.stringify(args),
    })),
  };
}

let number = 0;

export function assertSuccess({ result }: Played, output: string): void {
  assert.equal(result.status, 'success', JSON.stringify(result.error));
  assert.equal(result.output, output);
}
