import { setTimeout as delay } from 'node:timers/promises';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { ToolError } from '../../core/errors.ts';
import type { ServerSpec } from '../../core/tool.ts';
import { type Child, startChild } from './child.ts';
import { cleanLine } from './clean-text.ts';
import { brokeProtocol, closedByUs, ended, notStarted } from './failures.ts';
import { GARBAGE_LINES, LINE_CHARACTERS, MESSAGE_BYTES } from './limits.ts';
import { lineReader } from './lines.ts';
import { drainStderr } from './stderr-tail.ts';
import type { Wire } from './wire.ts';

type StdioSpec = Extract<ServerSpec, { transport: 'stdio' }>;

/** Speaks with a server over its stdin and stdout, a message a line. `env` is all it gets. */
export class StdioWire implements Wire {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #spec: StdioSpec;
  readonly #env: Readonly<Record<string, string>>;
  readonly #log: (line: string) => void;
  #child: Child | undefined;
  #tail: { lines(): readonly string[] } = { lines: () => [] };
  #death: ToolError | undefined;
  #gone = false;
  #garbage = 0;

  constructor(spec: StdioSpec, env: Readonly<Record<string, string>>, log: (line: string) => void) {
    this.#spec = spec;
    this.#env = env;
    this.#log = log;
  }

  /** Starts the program; it gets ready while we load what speaks to it. Throws `ToolError` when it cannot be tried at all. */
  begin(): void {
    const { name, command, args, cwd } = this.#spec;
    try {
      this.#child = startChild({ command, args, cwd, env: this.#env });
      this.#tail = drainStderr(this.#child.stderr, this.#log);
    } catch (error) {
      // Arguments with a NUL and their like are refused before anything is started.
      this.#gone = true;
      this.#death = notStarted(name, command, cwd, error as NodeJS.ErrnoException);
      throw this.#death;
    }
  }

  async start(): Promise<void> {
    if (this.#child === undefined) this.begin();
    const child = this.#child as Child;
    const { name, command, cwd } = this.#spec;
    const reader = lineReader(
      MESSAGE_BYTES,
      (line) => this.#read(line),
      () => this.#die(brokeProtocol(name, `sent a message of more than ${MESSAGE_BYTES / 1024 / 1024} MiB and was ended`)),
    );
    child.stdout.on('data', (chunk: Buffer) => reader.push(chunk));
    await child.started.catch((error) => {
      this.#gone = true;
      this.#death = notStarted(name, command, cwd, error);
      throw this.#death;
    });
    void this.#watch(child);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#gone || this.#child === undefined) throw this.#death ?? closedByUs(this.#spec.name);
    this.#child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  lastLines(): readonly string[] {
    return this.#tail.lines();
  }

  death(): ToolError | undefined {
    return this.#death;
  }

  close(hurry = false): Promise<void> {
    this.#leave();
    return this.#child?.end(hurry) ?? Promise.resolve();
  }

  /** What it wrote before its end is read first; what it started may hold the pipes open, so that is not waited for. */
  async #watch(child: Child): Promise<void> {
    const how = await child.exited;
    await Promise.race([endsOf(child), delay(REST_MS)]);
    this.#die(ended(this.#spec.name, how, this.lastLines()));
  }

  #die(death: ToolError): void {
    if (this.#gone) return;
    this.#death = death;
    this.#log(cleanLine(death.message, LINE_CHARACTERS));
    this.#leave();
    void this.#child?.end();
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.onclose?.();
  }

  #read(line: string): void {
    if (this.#gone || line.trim() === '') return;
    const messages = messagesIn(line);
    if (messages === undefined) this.#garble(line);
    else for (const message of messages) this.#deliver(message);
  }

  #deliver(message: JSONRPCMessage): void {
    try {
      this.onmessage?.(message);
    } catch (error) {
      this.#log(cleanLine(`a message could not be read: ${error}`, 300));
    }
  }

  /** A line that was to be an answer fails its call at once, so that nobody waits for what has come already. */
  #garble(line: string): void {
    this.#garbage += 1;
    if (this.#garbage <= NOTED_GARBAGE) this.#log(`not a message: ${cleanLine(line, 200)}`);
    if (this.#garbage > GARBAGE_LINES) {
      const what = `wrote ${GARBAGE_LINES} lines to stdout that are no messages, and was ended`;
      this.#die(brokeProtocol(this.#spec.name, what, [cleanLine(line, 200)]));
      return;
    }
    const id = line.startsWith('{') ? /"id"\s*:\s*(\d{1,15})\b/.exec(line.slice(0, 10_000))?.[1] : undefined;
    if (id === undefined) return;
    const text = `answered with a line that is not JSON: ${cleanLine(line, 200)}`;
    this.#deliver({ jsonrpc: '2.0', id: Number(id), error: { code: PARSE_ERROR, message: text } });
  }
}

const REST_MS = 200;
const NOTED_GARBAGE = 5;
const PARSE_ERROR = -32700;

function messagesIn(line: string): JSONRPCMessage[] | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const list = Array.isArray(value) ? value : [value];
    return list.every(isMessage) ? list : undefined;
  } catch {
    return undefined;
  }
}

function isMessage(value: unknown): value is JSONRPCMessage {
  return typeof value === 'object' && value !== null && 'jsonrpc' in value && value.jsonrpc === '2.0';
}

function endsOf({ stdout, stderr }: Child): Promise<unknown> {
  const end = (stream: NodeJS.ReadableStream) => new Promise((resolve) => stream.once('close', resolve));
  return Promise.all([end(stdout), end(stderr)]);
}
