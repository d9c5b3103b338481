import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Io } from '../../src/core/io.ts';
import type { ServerSpec, Tool, ToolResult } from '../../src/core/tool.ts';
import { openServer, type Server } from '../../src/tools/mcp/server.ts';
import type { World } from '../../src/tools/mcp/world.ts';
import { packageDir } from '../package/package-dir.ts';

/** The misbehaving server: a program for Node. */
export const FAKE = fileURLToPath(new URL('../fake/mcp-server.js', import.meta.url));

export const io: Io = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: { PATH: process.env.PATH, HOME: tmpdir(), OPENAI_API_KEY: 'secret-key' },
  cwd: tmpdir(),
  clock: { now: Date.now, elapsed: () => performance.now(), sleep: (ms, signal) => delay(ms, undefined, { signal }) },
  random: Math.random,
  packageDir,
};

/** A server that the test ends, and the lines it logged. */
export interface Opened extends AsyncDisposable {
  readonly server: Server;
  readonly logged: string[];
  readonly marker: string;
  readonly changes: () => number;
  tool(name: string): Tool;
  call(name: string, args?: { readonly [key: string]: string | number }): Promise<ToolResult>;
}

export interface Overrides {
  readonly startTimeoutMs?: number;
  readonly callTimeoutMs?: number;
  readonly env?: { readonly [name: string]: string };
  readonly signal?: AbortSignal;
  readonly roots?: readonly string[];
}

/** Opens the misbehaving server in one of its modes. */
export function openFake(mode: string, overrides: Overrides = {}, marker = newMarker()): Promise<Opened> {
  return open(fakeSpec(mode, marker, overrides), marker, overrides);
}

export function fakeSpec(
  mode: string,
  marker: string,
  { env = {}, roots: _, signal: __, ...limits }: Overrides = {},
): ServerSpec {
  const state = join(tmpdir(), `${marker}.state`);
  return {
    name: 'fake',
    transport: 'stdio',
    command: process.execPath,
    args: [FAKE, mode, marker, state],
    env,
    cwd: tmpdir(),
    ...limits,
  };
}

export async function open(spec: ServerSpec, marker: string, overrides: Overrides = {}): Promise<Opened> {
  const logged: string[] = [];
  let changes = 0;
  const world: World = {
    io,
    signal: overrides.signal ?? new AbortController().signal,
    roots: overrides.roots ?? [],
    log: (line) => logged.push(line),
    onToolsChanged() {
      changes += 1;
    },
  };
  const server = await openServer(spec, world);
  return {
    server,
    logged,
    marker,
    changes: () => changes,
    tool: (name) => found(server, name),
    call: (name, args = {}) => server.call(name, args, { signal: new AbortController().signal }),
    async [Symbol.asyncDispose]() {
      await server.close();
      rmSync(join(tmpdir(), `${marker}.state`), { force: true });
    },
  };
}

function found(server: Server, name: string): Tool {
  const tool = server.tools.find((candidate) => candidate.name === name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return tool;
}

export const newMarker = () => `promptchain-test-${randomBytes(6).toString('hex')}`;

/** The processes that carry the marker in their arguments, zombies aside. */
export function left(marker: string): string[] {
  return everyProcess().filter((line) => line.includes(marker));
}

/** Every watchdog, whoever's. */
export function watchdogs(): string[] {
  return everyProcess().filter((line) => line.includes('promptchain-watchdog'));
}

function everyProcess(): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return text === '' || Number(pid) === process.pid ? [] : [`${pid} ${text}`];
    } catch {
      return [];
    }
  });
}

/** Where a package's command is, as its package.json says. */
export function commandOf(packageName: string): string {
  const require = createRequire(join(packageDir, 'package.json'));
  let folder = dirname(require.resolve(`${packageName}/package.json`));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { bin: Record<string, string> };
  return join(folder, Object.values(bin)[0] ?? '');
}

export function temporaryFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'promptchain-mcp-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A port of this machine on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
