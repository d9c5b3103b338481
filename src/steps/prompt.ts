import { z } from 'zod';
import { pursue } from '../agent/loop.ts';
import type { AgentTask } from '../agent/task.ts';
import { ModelError } from '../core/errors.ts';
import type { StepEvent } from '../core/event.ts';
import type { UserMessage } from '../core/message.ts';
import { type FinishReason, type ModelEvent, type ModelRequest, NO_USAGE, type Usage } from '../core/model.ts';
import type { Scope } from '../core/scope.ts';
import type { Binding, StepContext, StepOutcome } from '../core/step.ts';
import { fields } from '../lib/fields.ts';
import { modelParams, paramsOf } from '../lib/model-params.ts';
import { defineKind } from './define.ts';
import { fileName, text } from './fields.ts';
import { contextPolicy, fitting } from './fit-context.ts';
import { fallback, idleTimeout, toolChoice, toolPatterns } from './tool-options.ts';

/** One answer of a model. */
export const prompt = defineKind({
  key: 'prompt',
  summary: 'one answer of a model',
  example: '- id: summary\n  prompt: "Summarise in one sentence: {input}"\n',
  shape: 'leaf',
  options: fields({
    prompt: () =>
      z
        .union([text(), z.strictObject({ file: fileName() }), z.strictObject({ id: z.string().min(1) })], {
          error: 'must be text, {file: …} or {id: …}',
        })
        .describe('the text to send; {file: prompts/x.md} reads it from a file, {id: x} finds it in the prompt folders'),
    system: text().optional().describe('the system text sent with it'),
    model: z.string().min(1).optional().describe('provider/model, or an alias from "models"'),
    ...modelParams,
    history: z
      .union([z.enum(['none', 'full']), z.int().min(0)])
      .optional()
      .describe('which earlier prompt steps of the chain are sent along: none (the default), full, or the last n'),
    tools: toolPatterns.optional().describe('the tools the model may call, as names or patterns; by default none'),
    tool_choice: toolChoice.optional(),
    idle_timeout: idleTimeout.optional(),
    fallback: fallback.optional(),
    max_steps: z.int().min(1).max(200).optional().describe('with tools: the most turns of the model; by default 10'),
    techniques: z.array(z.string()).optional().describe('techniques added after the text, such as [step_by_step, "few_shot:3"]'),
    context: contextPolicy.optional(),
    strategy: z.string().optional().describe('a strategy put before the text, such as cot'),
  }),
  bind(options, binding) {
    const main = binding.prompt(['prompt']);
    const system = binding.text(['system']);
    const before = binding.strategy(['strategy']);
    const after = binding.techniques(['techniques']).join('\n\n');
    const model = binding.model({ ...main?.params, ...paramsOf(options) });
    const turns = options.history === 'full' ? Number.POSITIVE_INFINITY : options.history === 'none' ? 0 : (options.history ?? 0);
    const rendered = (scope: Scope) =>
      [before, main?.template.fill(scope), after].filter((part) => part !== undefined && part !== '').join('\n\n');
    const patterns = options.tools ?? [];
    const idle = options.idle_timeout === undefined ? {} : { idleTimeoutMs: options.idle_timeout };
    refuseWithoutTools(options, binding);
    refusePolicyWithTools(options, binding);
    const policy = options.context ?? 'fail';
    const values = [...(main?.template.references ?? []), ...(system?.references ?? [])];
    return {
      ...(model === undefined ? {} : { model }),
      ...(patterns.length === 0 ? {} : { shape: 'group', tools: patterns }),
      ...(turns === 0 ? {} : { reads: ['history'] as const }),
      preview: rendered,
      run: fitting({ policy, values, model, rendered }, async function* (context) {
        if (model === undefined) throw new TypeError('a prompt step without a model was bound');
        const asked: UserMessage = { role: 'user', text: rendered(context.scope) };
        const sent = {
          ...(system === undefined ? {} : { system: system.fill(context.scope) }),
          messages: [...context.history(turns), asked],
          ...idle,
        };
        if (patterns.length > 0) {
          const choice = options.tool_choice === undefined ? {} : { toolChoice: options.tool_choice };
          const tools = yield* context.tools(patterns);
          return yield* answerWithTools({ ...sent, ...choice, model, tools, maxSteps: options.max_steps ?? 10 }, asked, context);
        }
        const request: ModelRequest = { ...sent, params: model.params, idempotencyKey: context.idempotencyKey };
        const opened = await context.model(model);
        return yield* answer(opened.stream(request, context.signal), request, context, opened.spec.id);
      }),
    };
  },
});

/** Options about tools on a step that has none would do nothing. */
function refuseWithoutTools(
  options: { readonly [key in 'tools' | 'tool_choice' | 'max_steps']?: unknown },
  binding: Binding,
): void {
  if (options.tools !== undefined) return;
  for (const key of ['tool_choice', 'max_steps'] as const) {
    if (options[key] === undefined) continue;
    binding.problem([key], { code: 'PC1405', message: `"${key}" does nothing without "tools"`, help: 'add tools: [name, …]' });
  }
}

/** What an agent no longer has room for is told by its own rules. */
function refusePolicyWithTools(options: { readonly tools?: unknown; readonly context?: unknown }, binding: Binding): void {
  if (options.tools === undefined || options.context === undefined) return;
  const message = '"context" and "tools" do not go together on a prompt: with tools, older turns are left out';
  binding.problem(['context'], { code: 'PC1410', message });
}

async function* answerWithTools(
  task: Omit<AgentTask, 'history' | 'context' | 'onMax'>,
  asked: UserMessage,
  context: StepContext,
): AsyncGenerator<StepEvent, StepOutcome> {
  const outcome = yield* pursue({ ...task, history: 'progressive', context: 'drop', onMax: 'fail' }, context);
  const { text: output, usage, costUsd, finishReason, model } = outcome;
  return { output, usage, costUsd, finishReason, model, turn: [asked, { role: 'assistant', text: output }] };
}

async function* answer(
  events: AsyncIterable<ModelEvent>,
  request: ModelRequest,
  context: StepContext,
  modelId: string,
): AsyncGenerator<StepEvent, StepOutcome> {
  const parts: string[] = [];
  let usage: Usage = NO_USAGE;
  let finish: FinishReason = 'unknown';
  let cached = false;
  for await (const event of events) {
    if (event.type === 'text-delta') {
      parts.push(event.text);
      yield { type: 'step.delta', step: context.path, text: event.text };
    } else if (event.type === 'reasoning-delta') {
      yield { type: 'step.reasoning_delta', step: context.path, text: event.text };
    } else if (event.type === 'waiting') {
      yield { type: 'step.log', step: context.path, text: event.text };
    } else if (event.type === 'usage') usage = event.usage;
    else if (event.type === 'finish') {
      finish = event.reason;
      cached = event.cached === true;
    }
  }
  const output = parts.join('');
  refuseNonAnswer(output, finish, modelId, context);
  if (finish === 'length') yield cutShort(context.path, modelId);
  const asked = request.messages.at(-1);
  return {
    output,
    usage,
    finishReason: finish,
    ...(cached ? { cached, costUsd: 0 } : {}),
    ...(asked?.role === 'user' ? { turn: [asked, { role: 'assistant', text: output }] as const } : {}),
  };
}

/** What is no answer must not reach the next step as one. */
function refuseNonAnswer(output: string, finish: FinishReason, modelId: string, context: StepContext): void {
  const provider = modelId.split('/')[0] ?? modelId;
  if (finish === 'refusal' || finish === 'content_filter') {
    const words = output.trim() === '' ? '' : `: ${output.trim().slice(0, 300)}`;
    throw new ModelError(`${modelId} refused to answer (${finish})${words}`, { code: 'PC5301', reason: 'refusal', provider });
  }
  if (output.trim() === '' && !context.chain.allowEmpty) {
    throw new ModelError(`${modelId} answered with nothing (finish reason: ${finish})`, {
      code: 'PC5302',
      reason: 'empty_output',
      provider,
      help:
        finish === 'length'
          ? 'raise max_tokens: reasoning used all of them'
          : 'set "allow_empty: true" at the top of the chain if that is valid',
    });
  }
}

function cutShort(step: string, modelId: string): StepEvent {
  const message = `the answer of ${modelId} in step "${step}" was cut at the token limit; raise max_tokens for the whole of it`;
  return { type: 'warning', code: 'PC5303', message, step };
}
