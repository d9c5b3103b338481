import type { StepEvent } from './event.ts';
import type { Host } from './host.ts';
import type { Json, JsonObject } from './json.ts';
import type { StepBody } from './step.ts';

/** A tool, wherever it comes from: built in, declared in the chain file, or offered by an MCP server. */
export interface Tool {
  /** As chain files write it: `calculator`, `files.read`, `github.search_code`. */
  readonly name: string;
  /** As a model calls it: `calculator`, `files_read`, `mcp_github_search_code`. */
  readonly wireName: string;
  readonly description: string;
  /** JSON Schema of an object. Arguments are checked against it before `call`. */
  readonly parameters: JsonObject;
  readonly effect: Effect;
  /** Milliseconds one call may take; by default five minutes. */
  readonly timeoutMs?: number;
  /**
   * Yields progress (`step.log`), returns what goes back to the model. A failure of the tool is a result with `isError`; it
   * throws only what ends the step: an abort, or a `Failure` that no answer of a model could mend.
   */
  call(args: JsonObject, call: ToolCallContext): AsyncGenerator<StepEvent, ToolResult>;
}

/** Whether a call whose answer was lost may be made again: it changes nothing, changes it to the same, or must happen once. */
export type Effect = 'none' | 'idempotent' | 'once';

export interface ToolCallContext {
  /** Journal path of the call. */
  readonly path: string;
  readonly signal: AbortSignal;
  readonly idempotencyKey: string;
  /** For a tool that runs steps: where they make their journal entries. */
  readonly host?: Host;
}

/** `text` is what a model reads, already within the size limit; `data` is the structured content, if the tool gave some. */
export interface ToolResult {
  readonly text: string;
  readonly data?: Json;
  readonly isError: boolean;
}

/** A tool that a chain file declares: the body of a `run`, `function` or `chain` step whose input is the arguments as JSON. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
  readonly effect: Effect;
  readonly timeoutMs?: number;
  readonly body: StepBody;
}

/** What an MCP server's entry in a chain file says. Texts with `${VAR}` are already expanded. */
export type ServerSpec = {
  readonly name: string;
  /** Milliseconds to start and answer `initialize`, and for one call. */
  readonly startTimeoutMs?: number;
  readonly callTimeoutMs?: number;
  /** Only these of its tools, as names without the server's, or patterns. */
  readonly tools?: readonly string[];
  /** Variables that its texts name and the environment lacks: it cannot be started without them. */
  readonly missing?: readonly string[];
  /** What the file says of one that is missing: the text of `${NAME:?text}`. */
  readonly reasons?: { readonly [variable: string]: string };
} & (
  | {
      readonly transport: 'stdio';
      readonly command: string;
      readonly args: readonly string[];
      readonly env: { readonly [name: string]: string };
      /** Absolute. */
      readonly cwd: string;
    }
  | { readonly transport: 'http' | 'sse'; readonly url: string; readonly headers: { readonly [name: string]: string } }
);

/** Every tool one run can reach; servers start when a pattern first names one of theirs, and end with the run. */
export interface Toolbox extends AsyncDisposable {
  /** Tools of servers and built-in ones; declared tools are the engine's. Yields `mcp.started` and `mcp.failed`. */
  open(patterns: readonly string[], chain: ToolScope, signal: AbortSignal): AsyncGenerator<StepEvent, readonly Tool[]>;
  /** Whether this call may be made; asks a person where a rule says so. Throws `ToolError` (`denied`, `needs_human`) otherwise. */
  permit(tool: { readonly name: string }, args: JsonObject, chain: ToolScope, signal: AbortSignal): Promise<void>;
}

/** What of a chain decides about its tools. */
export interface ToolScope {
  readonly dir: string;
  readonly servers: { readonly [name: string]: ServerSpec };
  readonly permissions: ScopeRules;
  /** The memory of the chain that calls, for `memory.get`, `memory.set` and `memory.list`. */
  readonly memory: ToolMemory;
}

/** The rules of a chain, and those of the chains that call it: what it allows is not for them. */
export interface ScopeRules {
  readonly allow: readonly string[];
  readonly ask: readonly string[];
  readonly deny: readonly string[];
  readonly around?: ScopeRules;
}

export interface ToolMemory {
  read(): Promise<{ readonly [key: string]: Json }>;
  /** Staged like what `remember` writes. */
  write(key: string, value: Json): Promise<void>;
}
