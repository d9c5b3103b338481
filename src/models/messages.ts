import type Anthropic from '@anthropic-ai/sdk';
import type { JsonObject } from '../core/json.ts';
import { isJsonObject } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { FinishReason, ModelParams, ModelRequest, ModelSpec } from '../core/model.ts';
import type { Batch } from './batch.ts';
import { damaged, failedMidStream } from './failure.ts';
import { unsupported, wireParams } from './params.ts';
import type { Protocol } from './protocol.ts';
import type { ParamNames } from './provider.ts';
import { createKept, inputOf, KEPT } from './thoughts.ts';

type Body = Anthropic.MessageCreateParamsStreaming;

/** `reasoning_effort` and `max_tokens` need more than a name: see `thinking` and `limit`. */
const NAMES: ParamNames = {
  temperature: 'temperature',
  top_p: 'top_p',
  stop_sequences: 'stop_sequences',
  seed: null,
  frequency_penalty: null,
  presence_penalty: null,
};

/** Anthropic Messages. */
export const messages: Protocol = {
  path: '/v1/messages',

  body(spec, request, _provider, mode) {
    const { output_config: effort, ...thought } = thinking(spec, request.params);
    const format = mode?.schema === undefined ? {} : { format: { type: 'json_schema' as const, schema: mode.schema } };
    const config = { ...effort, ...format };
    const body: Body = {
      ...wireParams(spec, request.params, NAMES),
      ...thought,
      ...(Object.keys(config).length === 0 ? {} : { output_config: config }),
      ...tools(request),
      max_tokens: request.params.max_tokens ?? limit(spec.name),
      ...request.params.extra,
      ...(request.system === undefined ? {} : { system: request.system }),
      model: spec.name,
      messages: turns(request.messages),
      stream: true,
    };
    return body as unknown as JsonObject;
  },

  reader(origin) {
    const calls = new Map<unknown, { id: string; name: string; arguments: string }>();
    const kept = createKept();
    let message: JsonObject = {};
    let usage: JsonObject = {};
    let stopReason: unknown;
    let stopped = false;

    function readDelta(event: JsonObject, batch: Batch): void {
      const delta = isJsonObject(event.delta) ? event.delta : {};
      kept.add(event.index, delta);
      if (delta.type === 'text_delta') batch.text(textIn(delta.text));
      if (delta.type === 'thinking_delta') batch.reasoning(textIn(delta.thinking));
      const call = calls.get(event.index);
      if (delta.type === 'input_json_delta' && call !== undefined) call.arguments += textIn(delta.partial_json);
    }

    function addUsage(more: unknown): void {
      if (!isJsonObject(more)) return;
      const told = Object.entries(more).filter(([, value]) => value !== null);
      usage = { ...usage, ...Object.fromEntries(told) };
    }

    return {
      read(event, batch) {
        switch (event.type) {
          case 'message_start':
            message = isJsonObject(event.message) ? event.message : {};
            addUsage(message.usage);
            return;
          case 'content_block_start': {
            const block = isJsonObject(event.content_block) ? event.content_block : {};
            kept.begin(event.index, block);
            if (block.type === 'text') batch.text(textIn(block.text));
            if (block.type !== 'tool_use') return;
            const input = isJsonObject(block.input) && Object.keys(block.input).length > 0 ? JSON.stringify(block.input) : '';
            calls.set(event.index, { id: textIn(block.id), name: textIn(block.name), arguments: input });
            return;
          }
          case 'content_block_delta':
            return readDelta(event, batch);
          case 'content_block_stop': {
            const call = calls.get(event.index);
            if (call === undefined) return;
            return batch.add({ type: 'tool-call', call: { ...call, arguments: call.arguments === '' ? '{}' : call.arguments } });
          }
          case 'message_delta':
            if (isJsonObject(event.delta)) stopReason = event.delta.stop_reason ?? stopReason;
            addUsage(event.usage);
            return;
          case 'message_stop':
            stopped = true;
            return;
          case 'error':
            throw failedMidStream(origin, event);
          default:
            if (typeof event.type !== 'string') throw damaged(origin, JSON.stringify(event));
        }
      },
      get whole() {
        return stopped;
      },
      get done() {
        return stopped;
      },
      markDone() {},
      close(batch) {
        const input = ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'].map((name) =>
          numberIn(usage, name),
        );
        const items = kept.items(calls);
        if (items !== undefined) batch.add({ type: 'provider-items', items });
        const details = isJsonObject(usage.output_tokens_details) ? numberIn(usage.output_tokens_details, 'thinking_tokens') : 0;
        batch.add({
          type: 'usage',
          usage: {
            input_tokens: input.reduce((sum, tokens) => sum + tokens, 0),
            output_tokens: numberIn(usage, 'output_tokens'),
            ...(numberIn(usage, 'cache_read_input_tokens') > 0
              ? { cached_input_tokens: numberIn(usage, 'cache_read_input_tokens') }
              : {}),
            ...(numberIn(usage, 'cache_creation_input_tokens') > 0
              ? { cache_write_tokens: numberIn(usage, 'cache_creation_input_tokens') }
              : {}),
            ...(details > 0 ? { reasoning_tokens: details } : {}),
          },
        });
        batch.add({
          type: 'finish',
          reason: FINISH[textIn(stopReason)] ?? 'unknown',
          ...(typeof message.model === 'string' ? { model: message.model } : {}),
          ...(typeof message.id === 'string' ? { responseId: message.id } : {}),
        });
      },
    };
  },
};

const FINISH: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'refusal',
};

/** The API wants a limit on every call: without one in the file, the most that the model's generation may write, within reason. */
function limit(name: string): number {
  if (/^claude-(3-(opus|sonnet|haiku)|2|instant)/.test(name)) return 4_096;
  return /^claude-3-5/.test(name) ? 8_192 : 32_000;
}

const BUDGETS: Readonly<Record<string, number>> = { low: 2_048, medium: 8_192, high: 16_384, xhigh: 20_480, max: 24_576 };

/** Models up to the 4.5 generation are given tokens to think with; later ones are told how hard to try. */
function thinking(spec: ModelSpec, params: ModelParams): Partial<Body> {
  const effort = params.reasoning_effort;
  if (effort === undefined) return {};
  if (effort === 'none') return { thinking: { type: 'disabled' } };
  if (effort === 'minimal')
    throw unsupported(spec, 'reasoning_effort: minimal', 'Anthropic knows none, low, medium, high, xhigh and max');
  if (!/^claude-(3-7|(sonnet|opus|haiku)-4(-[015])?(-2\d{7}|$))/.test(spec.name)) {
    return { thinking: { type: 'adaptive' }, output_config: { effort } };
  }
  const budget = BUDGETS[effort] ?? 8_192;
  const most = params.max_tokens === undefined ? budget : Math.min(budget, params.max_tokens - 1);
  if (most < 1_024)
    throw unsupported(
      spec,
      'reasoning_effort',
      `thinking needs at least 1024 tokens: raise max_tokens (${params.max_tokens}) above them`,
    );
  return { thinking: { type: 'enabled', budget_tokens: most } };
}

/** Neighbours of one role become one message: the answers to several tool calls must be given together. */
function turns(entries: readonly Message[]): Body['messages'] {
  const list: { role: 'user' | 'assistant'; content: Anthropic.ContentBlockParam[] }[] = [];
  for (const entry of entries) {
    const role = entry.role === 'assistant' ? 'assistant' : 'user';
    const last = list.at(-1);
    if (last?.role === role) last.content.push(...blocks(entry));
    else list.push({ role, content: blocks(entry) });
  }
  return list.map(({ role, content }) => {
    const [first] = content;
    return { role, content: content.length === 1 && first?.type === 'text' ? first.text : content };
  });
}

function blocks(entry: Message): Anthropic.ContentBlockParam[] {
  if (entry.role === 'tool') {
    return [
      {
        type: 'tool_result',
        tool_use_id: entry.callId,
        content: entry.text,
        ...(entry.isError === true ? { is_error: true } : {}),
      },
    ];
  }
  if (entry.role === 'user') return [{ type: 'text', text: entry.text }];
  const own = entry.providerItems?.[KEPT];
  if (Array.isArray(own)) return own as unknown as Anthropic.ContentBlockParam[];
  const calls = (entry.toolCalls ?? []).map((call) => {
    return { type: 'tool_use' as const, id: call.id, name: call.name, input: inputOf(call.arguments) };
  });
  return entry.text.trim() === '' && calls.length > 0 ? calls : [{ type: 'text', text: entry.text }, ...calls];
}

function tools({ tools: offered, toolChoice }: ModelRequest): Partial<Body> {
  if (offered === undefined || offered.length === 0) return {};
  const choices = { auto: { type: 'auto' }, none: { type: 'none' }, required: { type: 'any' } } as const;
  const choice = typeof toolChoice === 'object' ? { type: 'tool' as const, ...toolChoice } : toolChoice && choices[toolChoice];
  return {
    tools: offered.map(({ name, description, parameters }) => {
      return { name, description, input_schema: parameters as unknown as Anthropic.Tool.InputSchema };
    }),
    ...(choice === undefined ? {} : { tool_choice: choice }),
  };
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberIn(map: JsonObject, name: string): number {
  const value = map[name];
  return typeof value === 'number' ? value : 0;
}
