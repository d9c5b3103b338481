import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Io } from '../../src/core/io.ts';
import type { Model, ModelEvent, ModelParams, ModelRequest, ModelSpec } from '../../src/core/model.ts';
import type { ModelConfig, Timeouts } from '../../src/models/config.ts';
import { createOpenModel } from '../../src/models/open.ts';

/** A world without streams: models touch the environment and the clock only. */
export function modelIo(env: Record<string, string | undefined> = {}): Io {
  const clock: Clock = {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  };
  return {
    env,
    cwd: '/',
    clock,
    random: () => 0.5,
    packageDir: '/',
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
  };
}

export function specOf(id: string, more: Partial<ModelSpec> = {}): ModelSpec {
  const slash = id.indexOf('/');
  return { id, provider: slash < 0 ? id : id.slice(0, slash), name: slash < 0 ? '' : id.slice(slash + 1), params: {}, ...more };
}

/** The three wire protocols, each as a model id that speaks it. */
export const PROTOCOLS = [
  { name: 'chat completions', id: 'openai/gpt-4o-mini' },
  { name: 'responses', id: 'openai/gpt-5-pro' },
  { name: 'messages', id: 'anthropic/claude-sonnet-5' },
] as const;

export const KEYS = { OPENAI_API_KEY: 'sk-openai-secret-1234', ANTHROPIC_API_KEY: 'sk-ant-secret-5678' };

export interface OpenAtOptions {
  readonly timeouts?: Partial<Timeouts>;
  readonly config?: ModelConfig;
  readonly spec?: Partial<ModelSpec>;
  readonly env?: Record<string, string>;
}

/** Opens a model against a fake provider. */
export function openAt(
  fake: { readonly openaiUrl: string; readonly anthropicUrl: string },
  id: string,
  options: OpenAtOptions = {},
): Promise<Model> {
  const env = { ...KEYS, OPENAI_BASE_URL: fake.openaiUrl, ANTHROPIC_BASE_URL: fake.anthropicUrl, ...options.env };
  const config = { ...options.config, ...(options.timeouts === undefined ? {} : { timeouts: options.timeouts }) };
  return createOpenModel({ io: modelIo(env), config })(specOf(id, options.spec));
}

export function ask(text: string, params: ModelParams = {}): ModelRequest {
  return { messages: [{ role: 'user', text }], params };
}

export async function collect(stream: AsyncIterable<ModelEvent>): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** Neighbouring deltas joined and only the last usage kept: what does not depend on how the network cut the answer. */
export function joined(events: readonly ModelEvent[]): ModelEvent[] {
  const result: ModelEvent[] = [];
  const lastUsage = events.findLast(({ type }) => type === 'usage');
  for (const event of events) {
    const last = result.at(-1);
    if (event.type === 'usage' && event !== lastUsage) continue;
    if ((event.type === 'text-delta' || event.type === 'reasoning-delta') && last?.type === event.type) {
      result[result.length - 1] = { type: event.type, text: last.text + event.text };
    } else result.push(event);
  }
  return result;
}

export function textOf(events: readonly ModelEvent[]): string {
  return events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
}

/** A signal that nobody aborts. */
export const never = (): AbortSignal => new AbortController().signal;
