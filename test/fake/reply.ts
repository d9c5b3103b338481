/** What the fake provider does with one request. Plain JSON, so that it can be sent to a spawned fake. Everything is optional. */
export interface Reply {
  /** The answer; by default `[<model>] <last user text>`. */
  readonly text?: string;
  /** The deltas as they go over the wire, instead of one per word of `text`. */
  readonly tokens?: readonly string[];
  /** Repeats `text` (default one line of 64 characters) up to this many bytes. */
  readonly bytes?: number;
  readonly reasoning?: string;
  readonly toolCalls?: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
  readonly finish?: 'stop' | 'length' | 'tool_calls' | 'refusal' | 'content_filter';
  readonly usage?: FakeUsage;
  /** The model the answer says it is from; by default the one asked for. */
  readonly model?: string;
  /** Only for requests whose model, or whose last user text, contains this; other requests leave it in the queue. */
  readonly when?: string;

  /** Milliseconds before the headers, and before each delta. */
  readonly delayMs?: number;
  readonly paceMs?: number;
  /** Each delta waits until `FakeProvider.release` lets it go. */
  readonly held?: boolean;
  /** Bytes per write: cuts events and UTF-8 sequences wherever it falls. */
  readonly pieceBytes?: number;
  /** Extra response headers, on success too. */
  readonly headers?: Readonly<Record<string, string>>;

  /** An error answer with this status, in the protocol's own shape. */
  readonly status?: number;
  readonly error?: { readonly message?: string; readonly type?: string; readonly code?: string };
  /** The `retry-after` header, as it is. */
  readonly retryAfter?: string;
  readonly retryAfterMs?: string;
  /** An HTML page instead of JSON; with status 200 too. */
  readonly html?: boolean;
  /** Any other body, as it is, with this content type. */
  readonly body?: string;
  readonly contentType?: string;
  /** 307 to this place. */
  readonly redirect?: string;
  /** Drops the connection: before any answer, or after half of the deltas. */
  readonly reset?: 'before' | 'mid';
  /** Never says another word: before the headers, or after half of the deltas. */
  readonly stall?: 'before' | 'mid';
  /** Ends the response cleanly: after half of the deltas, or after all of them, without any end mark. */
  readonly truncate?: 'mid' | 'end';
  /** After half of the deltas, a chunk that is not JSON; the stream then goes on. */
  readonly malformed?: boolean;
  /** After half of the deltas, the protocol's error event; then the stream ends. */
  readonly streamError?: { readonly message?: string; readonly type?: string; readonly code?: string };
  /** Chat Completions: `[DONE]` comes, `finish_reason` stays null. */
  readonly nullFinish?: boolean;
  /** Chat Completions: a `finish_reason` comes, `[DONE]` does not. */
  readonly noDone?: boolean;
  /** No usage is told. */
  readonly noUsage?: boolean;
}

export interface FakeUsage {
  readonly input: number;
  readonly output: number;
  readonly cached?: number;
  readonly reasoning?: number;
}

/** What the protocols have in common of a request. */
export interface Asked {
  readonly model: string;
  readonly system: string;
  readonly lastUser: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

/** A reply with every default decided. */
export interface Answer {
  readonly id: string;
  readonly model: string;
  readonly tokens: readonly string[];
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
  readonly finish: 'stop' | 'length' | 'tool_calls' | 'refusal' | 'content_filter';
  readonly usage: FakeUsage;
}

/** One wire protocol: how it is asked, how it answers. `frames` are complete SSE events; `deltas` says which of them carry text. */
export interface Wire {
  ask(body: Record<string, unknown>): Asked;
  frames(
    answer: Answer,
    asked: Asked,
    reply: Reply,
  ): { readonly head: string[]; readonly deltas: string[]; readonly tail: string[] };
  whole(answer: Answer, reply: Reply): unknown;
  error(status: number, error: { message: string; type?: string | undefined; code?: string | undefined }): unknown;
  errorFrame(error: { message: string; type?: string | undefined; code?: string | undefined }): string;
}

/** Fills in what `reply` leaves open. Token counts are word counts, so that they are the same on every machine. */
export function answerTo(asked: Asked, reply: Reply, number: number): Answer {
  const text = textOf(asked, reply);
  const tokens =
    reply.tokens ?? (reply.bytes === undefined ? (text.match(/\s*\S+|\s+$/g) ?? []) : (text.match(/[\s\S]{1,16384}/g) ?? []));
  const reasoning = reply.reasoning ?? '';
  const toolCalls = reply.toolCalls ?? [];
  return {
    id: `fake-${number}`,
    model: reply.model ?? asked.model,
    tokens,
    text,
    reasoning,
    toolCalls,
    finish: reply.finish ?? (toolCalls.length > 0 ? 'tool_calls' : 'stop'),
    usage: reply.usage ?? {
      input: words(`${asked.system} ${asked.lastUser}`),
      output: (reply.bytes === undefined ? words(text) : tokens.length) + words(reasoning),
    },
  };
}

function textOf(asked: Asked, reply: Reply): string {
  if (reply.tokens !== undefined) return reply.tokens.join('');
  if (reply.bytes !== undefined) {
    const line = reply.text ?? 'The quick brown fox jumps over the lazy dog, again and again.. \n';
    return line.repeat(Math.ceil(reply.bytes / Buffer.byteLength(line))).slice(0, reply.bytes);
  }
  if (reply.text !== undefined) return reply.text;
  return reply.toolCalls === undefined ? `[${asked.model}] ${asked.lastUser}` : '';
}

function words(text: string): number {
  return text.split(/\s+/).filter((word) => word !== '').length;
}

/** The text of a `content` that is a string or a list of parts. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => (typeof part?.text === 'string' ? part.text : '')).join('');
}
