import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { StepEvent } from '../../src/core/event.ts';
import type { Io } from '../../src/core/io.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Tool, Toolbox, ToolResult, ToolScope } from '../../src/core/tool.ts';
import { createToolbox, type ToolboxOptions } from '../../src/tools/toolbox.ts';

/** As much of the world as tools touch, at a fixed time. */
const io = {
  env: {},
  cwd: '/',
  clock: { now: () => Date.parse('2026-03-01T12:00:00Z'), elapsed: () => performance.now() },
} as unknown as Io;

export function toolbox(options: Partial<ToolboxOptions> = {}): Toolbox {
  const openServer = () => Promise.reject(new Error('no server was expected'));
  return createToolbox({ io, openServer, approve: 'ask', allow: [], deny: [], ...options });
}

export function scopeOf(scope: Partial<ToolScope> = {}, stored: Record<string, Json> = {}): ToolScope {
  return {
    dir: '/nowhere',
    servers: {},
    permissions: { allow: [], ask: [], deny: [] },
    memory: {
      read: async () => stored,
      write: async (key, value) => {
        stored[key] = value;
      },
    },
    ...scope,
  };
}

export async function open(box: Toolbox, patterns: readonly string[], scope: ToolScope, signal = never()) {
  const events: StepEvent[] = [];
  const opening = box.open(patterns, scope, signal);
  let next = await opening.next();
  for (; !next.done; next = await opening.next()) events.push(next.value);
  return { events, tools: next.value, names: next.value.map(({ name }) => name) };
}

/** One call of a tool, as the engine makes it. */
export async function call(tool: Tool, args: JsonObject, signal = never()): Promise<ToolResult> {
  const calling = tool.call(args, { path: 'step/call', signal, idempotencyKey: 'key' });
  let next = await calling.next();
  while (!next.done) next = await calling.next();
  return next.value;
}

/** A built-in tool, ready to be called with arguments. */
export async function builtIn(name: string, scope: Partial<ToolScope> = {}, options: Partial<ToolboxOptions> = {}) {
  const { tools } = await open(toolbox(options), [name], scopeOf(scope));
  const [tool] = tools;
  if (tool === undefined) throw new Error(`there is no built-in tool ${name}`);
  return (args: JsonObject, signal?: AbortSignal) => call(tool, args, signal);
}

export function never(): AbortSignal {
  return new AbortController().signal;
}

/** A folder of its own for one test, by its real name, gone after it. */
export function folderFor(test: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'promptchain-tools-')));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
