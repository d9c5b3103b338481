import type { OpenAI } from 'openai';
import type { JsonObject } from '../core/json.ts';
import { isJsonObject } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { FinishReason, ModelRequest, ModelSpec, Usage } from '../core/model.ts';
import type { Batch } from './batch.ts';
import { damaged, failedMidStream } from './failure.ts';
import { thinks, wireParams } from './params.ts';
import type { Protocol } from './protocol.ts';
import type { ParamNames, Provider } from './provider.ts';
import type { StructuredMode } from './structured.ts';

type Body = OpenAI.ChatCompletionCreateParamsStreaming;

const NAMES: Required<ParamNames> = {
  temperature: 'temperature',
  max_tokens: 'max_tokens',
  top_p: 'top_p',
  seed: 'seed',
  stop_sequences: 'stop',
  frequency_penalty: 'frequency_penalty',
  presence_penalty: 'presence_penalty',
  reasoning_effort: 'reasoning_effort',
};

/** OpenAI Chat Completions, as OpenAI and the hosts that copied it speak it. */
export const chat: Protocol = {
  path: '/chat/completions',

  body(spec, request, provider, mode) {
    const body: Body = {
      ...wireParams(spec, request.params, { ...NAMES, ...limitName(spec, provider), ...provider.params }),
      ...tools(request),
      ...(mode === undefined ? {} : { response_format: responseFormat(mode) }),
      ...(provider.usage === 'always' ? {} : { stream_options: { include_usage: true } }),
      ...request.params.extra,
      model: spec.name,
      messages: [...system(request.system), ...request.messages.map(message)],
      stream: true,
    };
    return body as unknown as JsonObject;
  },

  reader(origin) {
    const calls = new Map<number, { id: string; name: string; arguments: string }>();
    let finish: string | undefined;
    let refused = false;
    let usage: Usage | undefined;
    let ended = false;
    let model: string | undefined;
    let responseId: string | undefined;

    function readDelta(delta: JsonObject, batch: Batch): void {
      readContent(delta.content, batch);
      if (typeof delta.reasoning_content === 'string') batch.reasoning(delta.reasoning_content);
      else if (typeof delta.reasoning === 'string') batch.reasoning(delta.reasoning);
      if (typeof delta.refusal === 'string' && delta.refusal !== '') {
        refused = true;
        batch.text(delta.refusal);
      }
      for (const part of objectsIn(delta.tool_calls)) readCall(part);
    }

    /** A call comes in pieces that share an index; a host that sends calls whole may leave the index out. */
    function readCall(part: JsonObject): void {
      const index = typeof part.index === 'number' ? part.index : calls.size;
      const call = calls.get(index) ?? { id: '', name: '', arguments: '' };
      calls.set(index, call);
      const named = isJsonObject(part.function) ? part.function : {};
      if (typeof part.id === 'string' && part.id !== '') call.id = part.id;
      if (typeof named.name === 'string' && call.name === '') call.name = named.name;
      if (typeof named.arguments === 'string') call.arguments += named.arguments;
    }

    return {
      read(event, batch) {
        if (event.error !== undefined && event.error !== null) throw failedMidStream(origin, event);
        if (event.choices !== undefined && !Array.isArray(event.choices)) throw damaged(origin, JSON.stringify(event));
        if (typeof event.model === 'string') model = event.model;
        if (typeof event.id === 'string') responseId = event.id;
        usage = usageOf(event) ?? usage;
        const choice = objectsIn(event.choices).find((candidate) => (candidate.index ?? 0) === 0);
        if (choice === undefined) return;
        if (isJsonObject(choice.delta)) readDelta(choice.delta, batch);
        if (typeof choice.finish_reason !== 'string' || choice.finish_reason === '') return;
        if (choice.finish_reason === 'error') throw failedMidStream(origin, choice);
        finish = choice.finish_reason;
      },
      get whole() {
        return ended || finish !== undefined;
      },
      get done() {
        return ended;
      },
      markDone() {
        ended = true;
      },
      close(batch) {
        for (const [index, call] of calls) {
          batch.add({ type: 'tool-call', call: { ...call, id: call.id === '' ? `call_${index}` : call.id } });
        }
        if (usage !== undefined) batch.add({ type: 'usage', usage });
        const reason = refused ? 'refusal' : finishOf(finish, calls.size > 0);
        batch.add({
          type: 'finish',
          reason,
          ...(model === undefined ? {} : { model }),
          ...(responseId === undefined ? {} : { responseId }),
        });
      },
    };
  },
};

/** OpenAI's thinking models count their limit under another name; the hosts that copied the API kept the first one. */
function limitName(spec: ModelSpec, provider: Provider): ParamNames {
  return provider.openaiModels === true && thinks(spec.name) ? { max_tokens: 'max_completion_tokens' } : {};
}

function system(text: string | undefined): Body['messages'] {
  return text === undefined ? [] : [{ role: 'system', content: text }];
}

function message(entry: Message): Body['messages'][number] {
  if (entry.role === 'user') return { role: 'user', content: entry.text };
  if (entry.role === 'tool') return { role: 'tool', tool_call_id: entry.callId, content: entry.text };
  if (entry.toolCalls === undefined || entry.toolCalls.length === 0) return { role: 'assistant', content: entry.text };
  return {
    role: 'assistant',
    content: entry.text === '' ? null : entry.text,
    tool_calls: entry.toolCalls.map((call) => ({
      id: call.id,
      type: 'function',
      function: { name: call.name, arguments: call.arguments },
    })),
  };
}

function tools({ tools: offered, toolChoice }: ModelRequest): Partial<Body> {
  if (offered === undefined || offered.length === 0) return {};
  return {
    tools: offered.map(({ name, description, parameters }) => ({
      type: 'function',
      function: { name, description, parameters },
    })),
    ...(toolChoice === undefined
      ? {}
      : { tool_choice: typeof toolChoice === 'string' ? toolChoice : { type: 'function', function: toolChoice } }),
  };
}

function responseFormat({ schema }: StructuredMode): NonNullable<Body['response_format']> {
  if (schema === undefined) return { type: 'json_object' };
  return { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } };
}

/** Text, or (Mistral) a list of parts of which some are thoughts. */
function readContent(content: unknown, batch: Batch): void {
  if (typeof content === 'string') batch.text(content);
  for (const part of objectsIn(content)) {
    if (typeof part.text === 'string') batch.text(part.text);
    for (const thought of objectsIn(part.thinking)) if (typeof thought.text === 'string') batch.reasoning(thought.text);
  }
}

function objectsIn(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

const FINISH: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  model_length: 'length',
  max_tokens: 'length',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'content_filter',
  refusal: 'refusal',
};

function finishOf(reason: string | undefined, called: boolean): FinishReason {
  const known = reason === undefined ? 'unknown' : (FINISH[reason] ?? 'unknown');
  return called && (known === 'stop' || known === 'unknown') ? 'tool_calls' : known;
}

function usageOf(event: JsonObject): Usage | undefined {
  const groq = isJsonObject(event.x_groq) ? event.x_groq.usage : undefined;
  const usage = isJsonObject(event.usage) ? event.usage : groq;
  if (!isJsonObject(usage) || typeof usage.prompt_tokens !== 'number') return undefined;
  const cached = detail(usage.prompt_tokens_details, 'cached_tokens') ?? numberOf(usage.prompt_cache_hit_tokens);
  const reasoning = detail(usage.completion_tokens_details, 'reasoning_tokens');
  return {
    input_tokens: usage.prompt_tokens,
    output_tokens: numberOf(usage.completion_tokens) ?? 0,
    ...(cached === undefined ? {} : { cached_input_tokens: cached }),
    ...(reasoning === undefined ? {} : { reasoning_tokens: reasoning }),
  };
}

function detail(details: unknown, name: string): number | undefined {
  return isJsonObject(details) ? numberOf(details[name]) : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
