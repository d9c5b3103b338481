import type { InputSpec } from '../core/chain.ts';
import type { Event } from '../core/event.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { RunResult, RunStatus } from '../core/run.ts';

/** What a server serves, as a port: it knows chains, runs and conversations, and nothing of files, models or engines. */
export interface Service {
  readonly chains: readonly ServedChain[];
  /**
   * Prepares a run: nothing happens until its events are pulled. Rejects with `UsageError` for a chain that is not served, a
   * value that does not fit, and an override that the server does not allow, with `Refused` when too much is going on already.
   */
  start(chain: string, given: Given): Promise<StartedRun>;
  readonly runs: Runs;
  readonly conversations: Conversations;
  /** Where clients may read it. */
  readonly memory?: MemoryView;
}

/** A chain as a client may see it: no path, no prompt, no command. */
export interface ServedChain {
  /** In addresses and as the name of a model: letters, digits, `-`, `_` and `.`. */
  readonly name: string;
  readonly description?: string;
  readonly inputs: { readonly [name: string]: InputSpec };
  /** It reads `{input}`. */
  readonly takesInput: boolean;
  /** It reads what was said before. */
  readonly conversational: boolean;
  /** It may do more than ask models: run commands, functions and tools, or remember. */
  readonly changes: boolean;
  /** JSON Schema of an object, where every output is one. */
  readonly answer?: JsonObject;
  /** Its steps, for a page that draws them: id, kind, model, condition, parts. */
  readonly outline: Json;
  /** What a client may set besides its inputs: `model`, `temperature`, … */
  readonly overridable: readonly string[];
}

/** What a client gives a run. */
export interface Given {
  readonly input?: string;
  readonly inputs?: { readonly [name: string]: Json };
  /** What was said before, oldest first. */
  readonly turns?: readonly Turn[];
  /** Who speaks. */
  readonly user?: string;
  /** Values of what the chain lets a client override. */
  readonly overrides?: { readonly [name: string]: Json };
  /** The answer is passed on as it comes: after its first token it is not tried again. */
  readonly live?: boolean;
  /** W3C trace context of the request. */
  readonly traceparent?: string;
  /** The address of whoever asks, for what one client may do at once. */
  readonly client?: string;
}

/** A message and its answer. */
export interface Turn {
  /** Of the message, if whoever asked gave one. */
  readonly id?: string;
  readonly user: string;
  readonly assistant: string;
}

export interface StartedRun {
  readonly id: string;
  /**
   * The events, without secrets; the run goes on as they are taken, so a client that reads slowly slows it. The last one is
   * the end of the run, and its result is returned. Leaving the loop aborts the run; its journal then says so.
   */
  readonly events: AsyncGenerator<Event, RunResult>;
  /** Ends the run early; its events still come to their end, which tells why. */
  abort(why?: AbortCause): void;
}

/** The client went away (so it is where nothing else is said), someone asked for it, or the server is stopping. */
export type AbortCause = 'gone' | 'cancelled' | 'stopping';

/** Runs made here and elsewhere with the served chains, from their journals. */
export interface Runs {
  /** Journals are written: a run can be looked at later. */
  readonly kept: boolean;
  find(id: string): RunView | undefined;
  /** Newest first. */
  list(options: { readonly limit: number; readonly chain?: string }): readonly RunRow[];
  /**
   * Those kept so far from `seq` on, and while the run goes on here, with the text so far of what has not ended, those that
   * come. Undefined when there is no such run.
   */
  events(id: string, from: number, signal: AbortSignal): AsyncIterable<Event> | undefined;
  /** Ends a run that goes on here; another one has ended already, or goes on in another process. Undefined as above. */
  cancel(id: string): 'cancelled' | 'ended' | 'elsewhere' | undefined;
}

export interface RunRow {
  readonly id: string;
  readonly chain: string;
  readonly status: RunStatus | 'running';
  /** ISO 8601. */
  readonly started: string;
  readonly duration_ms: number | null;
  readonly cost_usd: number | null;
}

export interface RunView extends RunRow {
  /** Null while the run goes on. */
  readonly result: RunResult | null;
}

/** Conversations with the served chains, kept in their memory. */
export interface Conversations {
  /** Begins one, or goes on with the one of that id; nothing is read yet. Throws `UsageError` for an id that cannot be one. */
  open(chain: string, id?: string): Conversation;
}

export interface Conversation {
  readonly id: string;
  turns(): Promise<readonly Turn[]>;
  /** One turn. It is kept before the run's last event is handed on, and only if the run succeeded. */
  say(text: string, given: Pick<Given, 'inputs' | 'user' | 'client' | 'traceparent'> & Pick<Turn, 'id'>): Promise<StartedRun>;
  reset(): Promise<void>;
}

/** What the served chains remember, to look at. */
export interface MemoryView {
  namespaces(): Promise<readonly string[]>;
  read(namespace: string): Promise<JsonObject>;
}
