import type { JsonObject } from './json.ts';
import type { Message, ToolCall } from './message.ts';
import type { Position } from './problem.ts';

/** What a chain file says about one model: `provider/name` and how to call it. */
export interface ModelSpec {
  /** `openai/gpt-4o-mini`; also `auto`, which the CLI resolves before the run starts. */
  readonly id: string;
  /** What is before the first slash. */
  readonly provider: string;
  /** What is after the first slash; it may hold further slashes. */
  readonly name: string;
  readonly params: ModelParams;
  readonly baseUrl?: string;
  /** Name of the environment variable that holds the key. */
  readonly apiKeyEnv?: string;
  /** Which of OpenAI's protocols to speak; by default the model decides. */
  readonly api?: 'chat' | 'responses';
  /** Where the file names it, for error messages. */
  readonly position?: Position;
  /** Tokens it reads and writes at once, over what is known of it. */
  readonly window?: number;
  /** Over the price tables. */
  readonly price?: TokenPrice;
  /** What the key may do a minute, over what the provider says. */
  readonly rate?: Rate;
  /** Milliseconds, see `ModelRequest`; what a step says goes over it. */
  readonly idleTimeoutMs?: number;
  /** Who answers when this one does not, in order; their own `fallback` is in the list already. */
  readonly fallback?: readonly ModelSpec[];
}

/** US dollars per million tokens. */
export interface TokenPrice {
  readonly input: number;
  readonly output: number;
  /** By default the same as `input`. */
  readonly cachedInput?: number;
}

/** Per minute. */
export interface Rate {
  readonly requests?: number;
  readonly tokens?: number;
}

/** Generation parameters under the names of the chain file. `extra` goes into the request body as it is. */
export interface ModelParams {
  readonly temperature?: number;
  readonly max_tokens?: number;
  readonly top_p?: number;
  readonly seed?: number;
  readonly stop_sequences?: readonly string[];
  readonly frequency_penalty?: number;
  readonly presence_penalty?: number;
  readonly reasoning_effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';
  readonly extra?: JsonObject;
}

export interface ModelRequest {
  readonly system?: string;
  readonly messages: readonly Message[];
  readonly params: ModelParams;
  /** Carried in the provider's own structured mode where it has one that can, otherwise told after the last message. */
  readonly format?: AnswerFormat;
  readonly tools?: readonly ToolDefinition[];
  readonly toolChoice?: 'auto' | 'none' | 'required' | { readonly name: string };
  /** Sent where the provider takes one, so that a repeated call after a crash is not a second effect. */
  readonly idempotencyKey?: string;
  /** Journal path of whoever asks, for those who stand between a run and its models. Never sent. */
  readonly path?: string;
  /** An earlier answer to the same request may stand for a new one. Never sent. */
  readonly cache?: CachePolicy;
  /** Milliseconds without a word, once the answer has begun, before the call counts as broken. */
  readonly idleTimeoutMs?: number;
}

/** What an answer must be: JSON that fits a schema, or exactly one of several texts. */
export interface AnswerFormat {
  /** JSON Schema; with `choices` it says the same as they do. */
  readonly schema: JsonObject;
  readonly choices?: readonly string[];
}

export interface CachePolicy {
  /** How old an answer may be, milliseconds; by default any age. */
  readonly maxAgeMs?: number;
  /** Ask all the same and keep the new answer: the last one was of no use. */
  readonly renew?: boolean;
  /** Which of several answers to the same request, from 0: each is kept on its own. */
  readonly sample?: number;
}

/** `parameters` is a JSON Schema of an object. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
}

/**
 * A language model: one method. A whole answer is its stream collected.
 *
 * Contract: exactly one `finish`, last, and only after the provider's own end mark; a stream that ends without one throws
 * `ModelError` (`network`). Events batch what arrived in one chunk. No retry inside. Aborting `signal` makes the iterator
 * throw the signal's reason. Nothing is sent before the first `next()`.
 */
export interface Model {
  readonly spec: ModelSpec;
  /** False for what is not a language model (`echo`, `offline/extractive`). */
  readonly llm: boolean;
  /** Tokens of a request and its answer together, as far as known. */
  window?(): number | undefined;
  /** What so many tokens cost, in US dollars; null, or no such method, when the price is unknown. */
  cost?(usage: Usage): number | null;
  /** An earlier answer to the same request, where one is kept and may stand for a new one. Whoever has it asks nobody. */
  recall?(request: ModelRequest): readonly ModelEvent[] | undefined;
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
}

export type ModelEvent =
  | { readonly type: 'text-delta'; readonly text: string }
  | { readonly type: 'reasoning-delta'; readonly text: string }
  /** The request has not been sent: it waits for the provider's limits; `text`, if any, tells people why. */
  | { readonly type: 'waiting'; readonly text?: string }
  | { readonly type: 'tool-call'; readonly call: ToolCall }
  /** At most once, before `finish`: `AssistantMessage.providerItems` of this answer. */
  | { readonly type: 'provider-items'; readonly items: JsonObject }
  /** Totals of the call so far; a later one replaces an earlier one. */
  | { readonly type: 'usage'; readonly usage: Usage }
  | {
      readonly type: 'finish';
      readonly reason: FinishReason;
      readonly model?: string;
      readonly responseId?: string;
      /** An earlier answer: nothing was asked and nothing is to be paid. */
      readonly cached?: true;
      /** The provider was given a schema without optional fields: null stands for one that is left out. */
      readonly nullIsAbsent?: boolean;
    };

/**
 * Why an answer ended: `stop` by itself, `length` at the token limit, `tool_calls` to call tools, `refusal` and
 * `content_filter` against answering, `unknown` when the provider ended well without saying why.
 */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'refusal' | 'content_filter' | 'unknown';

/**
 * Tokens, as counted by the provider. `input_tokens` includes those read from and written to a cache, `output_tokens` the
 * reasoning ones.
 */
export interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cached_input_tokens?: number;
  readonly cache_write_tokens?: number;
  readonly reasoning_tokens?: number;
  /** True when some of it is our own estimate, because a provider did not say: the answer broke off, or it never does. */
  readonly estimated?: boolean;
}

export const NO_USAGE: Usage = { input_tokens: 0, output_tokens: 0 };

export function addUsage(a: Usage, b: Usage): Usage {
  const cached = (a.cached_input_tokens ?? 0) + (b.cached_input_tokens ?? 0);
  const written = (a.cache_write_tokens ?? 0) + (b.cache_write_tokens ?? 0);
  const reasoning = (a.reasoning_tokens ?? 0) + (b.reasoning_tokens ?? 0);
  return {
    input_tokens: a.input_tokens + b.input_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    ...(cached > 0 ? { cached_input_tokens: cached } : {}),
    ...(written > 0 ? { cache_write_tokens: written } : {}),
    ...(reasoning > 0 ? { reasoning_tokens: reasoning } : {}),
    ...(a.estimated === true || b.estimated === true ? { estimated: true } : {}),
  };
}

/** Makes a model ready to be called: finds its key, loads its SDK. Throws `ModelError` (`auth`) without a key. */
export type OpenModel = (spec: ModelSpec) => Promise<Model>;
