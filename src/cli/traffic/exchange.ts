import { createHash } from 'node:crypto';
import { type ErrorRecord, Failure, ModelError } from '../../core/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { ModelEvent, ModelRequest, ModelSpec } from '../../core/model.ts';
import type { Tool, ToolResult } from '../../core/tool.ts';

/** One question to the world and what came back: a line of a cassette. */
export type Exchange = ModelExchange | ToolsExchange | CallExchange;

interface Asked {
  /** SHA-256 of the request in its canonical form, hex. */
  readonly key: string;
  readonly request: JsonObject;
  /** What it failed with; retries are exchanges of their own. */
  readonly error?: ErrorRecord;
  /** Someone ended it before its end: a signal, a failure in a step beside it. */
  readonly unfinished?: true;
}

export interface ModelExchange extends Asked {
  readonly kind: 'model';
  /** Journal path of the step or the turn that asked. */
  readonly step: string;
  /** What the chain calls the model: `auto` stands for another one. */
  readonly asked: string;
  readonly llm: boolean;
  readonly window?: number;
  /** As they came, so that a replayed answer streams like the recorded one. */
  readonly events: readonly ModelEvent[];
}

/** Which tools there are for the patterns of a step. */
export interface ToolsExchange extends Asked {
  readonly kind: 'tools';
  readonly tools: readonly ToolEntry[];
}

export type ToolEntry = Omit<Tool, 'call'>;

export interface CallExchange extends Asked {
  readonly kind: 'call';
  /** Journal path of the call. */
  readonly step: string;
  /** What it told on the way. */
  readonly log: readonly string[];
  readonly result?: ToolResult;
  /** A rule or a person refused it: it was not made. */
  readonly refused?: true;
}

/** What a model is asked, without what differs from run to run and changes no answer. */
export function modelRequest(spec: ModelSpec, request: ModelRequest): JsonObject {
  const { path: _, cache: __, idempotencyKey: ___, idleTimeoutMs: ____, ...rest } = request;
  return plain({ model: spec.id, ...(spec.api === undefined ? {} : { api: spec.api }), ...rest });
}

export function toolsRequest(patterns: readonly string[]): JsonObject {
  return { patterns };
}

export function callRequest(tool: string, args: JsonObject): JsonObject {
  return { tool, arguments: args };
}

/** Stable for the same request, whatever the order of its keys. */
export function keyOf(kind: string, request: JsonObject): string {
  return createHash('sha256').update(canonical({ kind, request })).digest('hex');
}

/** The failure again, of the class that those who decide about it look for. */
export function failureOf({ code, reason, message, help, provider, status, retry_after_ms }: ErrorRecord): Failure {
  const base = { code, reason, help };
  return provider === undefined
    ? new Failure(message, base)
    : new ModelError(message, { ...base, provider, status, retryAfterMs: retry_after_ms });
}

function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const entries = Object.keys(value).sort();
  return `{${entries.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`).join(',')}}`;
}

/** As JSON writes it: without keys that hold nothing. */
function plain(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
