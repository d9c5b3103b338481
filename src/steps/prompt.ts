import { z } from 'zod';
import { pursue } from '../agent/loop.ts';
import type { AgentTask } from '../agent/task.ts';
import type { RejectedAnswer } from '../core/errors.ts';
import type { StepEvent } from '../core/event.ts';
import type { Message, UserMessage } from '../core/message.ts';
import type { AnswerFormat, ModelRequest } from '../core/model.ts';
import type { Scope } from '../core/scope.ts';
import type { Binding, StepBody, StepContext, StepOutcome } from '../core/step.ts';
import { formatInWords } from '../lib/answer-words.ts';
import { fields } from '../lib/fields.ts';
import { modelParams, paramsOf } from '../lib/model-params.ts';
import type { Writable } from '../lib/writable.ts';
import { defineKind } from './define.ts';
import { fileName, text } from './fields.ts';
import { contextPolicy, fitting } from './fit-context.ts';
import { judgeOf } from './judge.ts';
import { answer } from './prompt-answer.ts';
import { bindStructure, structureOptions } from './structure.ts';
import { fallback, idleTimeout, refuseWithoutTools, toolChoice, toolPatterns } from './tool-options.ts';

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
    system: () => text().optional().describe('the system text sent with it'),
    model: () => z.string().min(1).optional().describe('provider/model, or an alias from "models"'),
    ...modelParams,
    history: () =>
      z
        .union([z.enum(['none', 'full']), z.int().min(0)])
        .optional()
        .describe(
          'which earlier turns are sent along, of a chat and then of the prompt steps of the chain: none (the default), full, or the last n',
        ),
    tools: () => toolPatterns().optional().describe('the tools the model may call, as names or patterns; by default none'),
    tool_choice: () => toolChoice().optional(),
    idle_timeout: () => idleTimeout().optional(),
    fallback: () => fallback().optional(),
    ...structureOptions,
    max_steps: () => z.int().min(1).max(200).optional().describe('with tools: the most turns of the model; by default 10'),
    techniques: () =>
      z.array(z.string()).optional().describe('techniques added after the text, such as [step_by_step, "few_shot:3"]'),
    context: () => contextPolicy().optional(),
    strategy: () => z.string().optional().describe('a strategy put before the text, such as cot'),
  }),
  bind(options, binding) {
    const main = binding.prompt(['prompt']);
    const system = binding.text(['system']);
    const before = binding.strategy(['strategy']);
    const after = binding.techniques(['techniques']).join('\n\n');
    const format = bindStructure(options, binding);
    const model = binding.model({ ...main?.params, ...paramsOf(options) });
    const turns = options.history === 'full' ? Number.POSITIVE_INFINITY : options.history === 'none' ? 0 : (options.history ?? 0);
    const rendered = (scope: Scope) =>
      [before, main?.template.fill(scope), after].filter((part) => part !== undefined && part !== '').join('\n\n');
    const patterns = options.tools ?? [];
    const idle = options.idle_timeout === undefined ? {} : { idleTimeoutMs: options.idle_timeout };
    refuseWithoutTools(options, ['tool_choice', 'max_steps'], binding);
    refusePolicyWithTools(options, binding);
    const policy = options.context ?? 'fail';
    const values = [...(main?.template.references ?? []), ...(system?.references ?? [])];
    const body: Writable<StepBody> = {
      preview: rendered,
      run: fitting({ policy, values, model, rendered }, async function* (context) {
        if (model === undefined) throw new TypeError('a prompt step without a model was bound');
        const asked: UserMessage = { role: 'user', text: rendered(context.scope) };
        const sent = {
          ...(system === undefined ? {} : { system: system.fill(context.scope) }),
          messages: [...context.history(turns), asked, ...context.rejected.flatMap(exchange)],
          ...idle,
          ...(format === undefined ? {} : { format }),
        };
        if (patterns.length > 0) {
          const choice = options.tool_choice === undefined ? {} : { toolChoice: options.tool_choice };
          const tools = yield* context.tools(patterns);
          return yield* answerWithTools({ ...sent, ...choice, model, tools, maxSteps: options.max_steps ?? 10 }, asked, context);
        }
        const request: ModelRequest = { ...sent, params: model.params, idempotencyKey: keyOf(context) };
        return yield* answer(await context.model(model), request, asked, context);
      }),
    };
    if (model !== undefined) body.model = model;
    if (format !== undefined) body.answer = format;
    if (turns > 0) body.reads = ['history'];
    if (patterns.length > 0) {
      body.shape = 'group';
      body.tools = patterns;
    } else if (model !== undefined && turns === 0) {
      body.request = (scope) => ({
        ...(system === undefined ? {} : { system: system.fill(scope) }),
        messages: [{ role: 'user', text: rendered(scope) }],
        params: model.params,
      });
    }
    return body;
  },
});

/** What an agent no longer has room for is told by its own rules. */
function refusePolicyWithTools(options: { readonly tools?: unknown; readonly context?: unknown }, binding: Binding): void {
  if (options.tools === undefined || options.context === undefined) return;
  const message = '"context" and "tools" do not go together on a prompt: with tools, older turns are left out';
  binding.problem(['context'], { code: 'PC1410', message });
}

/** What was answered in the wrong form, and what the model is told about it. */
function exchange({ text, complaint }: RejectedAnswer): readonly Message[] {
  return [
    { role: 'assistant', text: text.trim() === '' ? '…' : text },
    { role: 'user', text: complaint },
  ];
}

/** Another conversation is another request: with the same key a provider may repeat its first answer. */
function keyOf({ idempotencyKey, rejected }: StepContext): string {
  return rejected.length === 0 ? idempotencyKey : `${idempotencyKey}-${rejected.length}`;
}

/** A loop of its own: an answer of the wrong form is one of its turns. */
async function* answerWithTools(
  { format, ...task }: Omit<AgentTask, 'history' | 'context' | 'onMax' | 'check'> & Pick<ModelRequest, 'format'>,
  asked: UserMessage,
  context: StepContext,
): AsyncGenerator<StepEvent, StepOutcome> {
  const judge = format === undefined ? undefined : judgeOf(format);
  const messages = format === undefined ? task.messages : [...task.messages.slice(0, -1), inWords(asked, format)];
  const check = judge === undefined ? {} : { check: judge.check };
  const outcome = yield* pursue({ ...task, messages, ...check, history: 'progressive', context: 'drop', onMax: 'fail' }, context);
  const { text, usage, costUsd, finishReason, model } = outcome;
  const output = format?.choices === undefined ? text : String(judge?.data);
  const data = judge?.data === undefined ? {} : { data: judge.data };
  return { output, ...data, usage, costUsd, finishReason, model, turn: [asked, { role: 'assistant', text: output }] };
}

function inWords({ text }: UserMessage, format: AnswerFormat): UserMessage {
  return { role: 'user', text: `${text}\n\n${formatInWords(format)}` };
}
