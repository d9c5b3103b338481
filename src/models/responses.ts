import type { OpenAI } from 'openai';
import type { JsonObject } from '../core/json.ts';
import { isJsonObject } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { FinishReason, ModelRequest, Usage } from '../core/model.ts';
import { damaged, failedMidStream } from './failure.ts';
import { thinks, wireParams } from './params.ts';
import type { Protocol } from './protocol.ts';
import type { ParamNames } from './provider.ts';
import type { StructuredMode } from './structured.ts';

type Body = OpenAI.Responses.ResponseCreateParamsStreaming;

const NAMES: Required<ParamNames> = {
  temperature: 'temperature',
  max_tokens: 'max_output_tokens',
  top_p: 'top_p',
  reasoning_effort: 'reasoning.effort',
  seed: null,
  stop_sequences: null,
  frequency_penalty: null,
  presence_penalty: null,
};

/** OpenAI Responses. Nothing is stored at the provider: the conversation is ours to keep. */
export const responses: Protocol = {
  path: '/responses',

  body(spec, request, _provider, mode) {
    const body: Body = {
      store: false,
      ...wireParams(spec, request.params, NAMES),
      ...tools(request),
      ...(mode === undefined ? {} : { text: { format: textFormat(mode) } }),
      ...(request.tools !== undefined && thinks(spec.name) ? { include: ['reasoning.encrypted_content'] } : {}),
      ...request.params.extra,
      ...(request.system === undefined ? {} : { instructions: request.system }),
      model: spec.name,
      input: request.messages.flatMap(items),
      stream: true,
    };
    return body as unknown as JsonObject;
  },

  reader(origin) {
    let final: JsonObject | undefined;
    let refused = false;
    let called = false;
    /** What came, item by item: thoughts must come back before the calls they led to. */
    const kept: JsonObject[] = [];

    return {
      read(event, batch) {
        switch (event.type) {
          case 'response.output_text.delta':
            return batch.text(textIn(event.delta));
          case 'response.refusal.delta':
            refused = true;
            return batch.text(textIn(event.delta));
          case 'response.reasoning_summary_text.delta':
          case 'response.reasoning_text.delta':
            return batch.reasoning(textIn(event.delta));
          case 'response.output_item.done': {
            const item = isJsonObject(event.item) ? event.item : {};
            kept.push(item);
            if (item.type !== 'function_call') return;
            called = true;
            return batch.add({
              type: 'tool-call',
              call: { id: textIn(item.call_id), name: textIn(item.name), arguments: textIn(item.arguments) },
            });
          }
          case 'response.completed':
          case 'response.incomplete':
            final = isJsonObject(event.response) ? event.response : {};
            return;
          case 'response.failed':
            throw failedMidStream(origin, isJsonObject(event.response) ? event.response : event);
          case 'error':
            throw failedMidStream(origin, isJsonObject(event.error) ? event : { ...event, type: event.code ?? null });
          default:
            if (typeof event.type === 'string') return;
            if (event.error !== undefined && event.error !== null) throw failedMidStream(origin, event);
            throw damaged(origin, JSON.stringify(event));
        }
      },
      get whole() {
        return final !== undefined;
      },
      get done() {
        return final !== undefined;
      },
      markDone() {},
      close(batch) {
        const response = final ?? {};
        if (kept.some(isThought)) batch.add({ type: 'provider-items', items: { [KEPT]: kept } });
        const usage = usageOf(response.usage);
        if (usage !== undefined) batch.add({ type: 'usage', usage });
        batch.add({
          type: 'finish',
          reason: refused ? 'refusal' : finishOf(response, called),
          ...(typeof response.model === 'string' ? { model: response.model } : {}),
          ...(typeof response.id === 'string' ? { responseId: response.id } : {}),
        });
      },
    };
  },
};

const KEPT = 'openai_responses';

/** One that can come back: nothing is stored at the provider, so without its content a thought is only a name. */
function isThought(item: JsonObject): boolean {
  return item.type === 'reasoning' && typeof item.encrypted_content === 'string';
}

function items(entry: Message): OpenAI.Responses.ResponseInputItem[] {
  if (entry.role === 'user') return [{ role: 'user', content: entry.text }];
  if (entry.role === 'tool') return [{ type: 'function_call_output', call_id: entry.callId, output: entry.text }];
  const own = entry.providerItems?.[KEPT];
  if (Array.isArray(own)) return own as unknown as OpenAI.Responses.ResponseInputItem[];
  const text = entry.text === '' ? [] : [{ role: 'assistant' as const, content: entry.text }];
  const calls = (entry.toolCalls ?? []).map((call) => ({
    type: 'function_call' as const,
    call_id: call.id,
    name: call.name,
    arguments: call.arguments,
  }));
  return [...text, ...calls];
}

function tools({ tools: offered, toolChoice }: ModelRequest): Partial<Body> {
  if (offered === undefined || offered.length === 0) return {};
  return {
    tools: offered.map(({ name, description, parameters }) => ({
      type: 'function',
      name,
      description,
      parameters,
      strict: false,
    })),
    ...(toolChoice === undefined
      ? {}
      : { tool_choice: typeof toolChoice === 'string' ? toolChoice : { type: 'function', ...toolChoice } }),
  };
}

function textFormat({ schema }: StructuredMode): OpenAI.Responses.ResponseFormatTextConfig {
  return schema === undefined ? { type: 'json_object' } : { type: 'json_schema', name: 'answer', strict: true, schema };
}

function finishOf(response: JsonObject, called: boolean): FinishReason {
  if (response.status === 'incomplete') {
    const why = isJsonObject(response.incomplete_details) ? response.incomplete_details.reason : undefined;
    if (why === 'content_filter') return 'content_filter';
    return why === 'max_output_tokens' ? 'length' : 'unknown';
  }
  return called ? 'tool_calls' : 'stop';
}

function usageOf(usage: unknown): Usage | undefined {
  if (!isJsonObject(usage) || typeof usage.input_tokens !== 'number') return undefined;
  const cached = isJsonObject(usage.input_tokens_details) ? usage.input_tokens_details.cached_tokens : undefined;
  const reasoning = isJsonObject(usage.output_tokens_details) ? usage.output_tokens_details.reasoning_tokens : undefined;
  return {
    input_tokens: usage.input_tokens,
    output_tokens: typeof usage.output_tokens === 'number' ? usage.output_tokens : 0,
    ...(typeof cached === 'number' ? { cached_input_tokens: cached } : {}),
    ...(typeof reasoning === 'number' ? { reasoning_tokens: reasoning } : {}),
  };
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
