import { z } from 'zod';
import { pursue } from '../agent/loop.ts';
import type { StepEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { AnswerFormat } from '../core/model.ts';
import type { StepContext } from '../core/step.ts';
import type { Expression } from '../core/template.ts';
import { formatInWords } from '../lib/answer-words.ts';
import { fields } from '../lib/fields.ts';
import { modelParams, paramsOf } from '../lib/model-params.ts';
import { defineKind } from './define.ts';
import { expression, text } from './fields.ts';
import { judgeOf } from './judge.ts';
import { bindStructure, KEYS, structureOptions } from './structure.ts';
import { fallback, idleTimeout, refuseWithoutTools, toolChoice, toolPatterns } from './tool-options.ts';

/** A loop of model and tools until the objective is met. */
export const objective = defineKind({
  key: 'objective',
  summary: 'a model with tools, in turns, until the objective is met',
  example: '- objective: "Find out how many lines notes.txt has"\n  tools: ["files.read"]\n  max_steps: 5\n',
  shape: 'group',
  options: fields({
    objective: () => text().describe('what is to be achieved'),
    tools: () =>
      toolPatterns()
        .optional()
        .describe('the tools it may use, as names or patterns: calculator, "github.get_*"; by default none'),
    max_steps: () => z.int().min(1).max(200).optional().describe('the most turns of the model; by default 5'),
    max_internal_steps: () => z.int().min(1).max(200).optional().describe('the same, in the words of the original'),
    history: () =>
      z
        .enum(['minimal', 'progressive', 'full'])
        .optional()
        .describe('what each turn sends: the last turn only, every turn (the default), or also the prompt steps before'),
    context: () =>
      z
        .enum(['drop', 'summarise', 'fail'])
        .optional()
        .describe(
          'before the turns grow too long for the model: leave the oldest out (drop, the default), summarise them, or fail',
        ),
    ...structureOptions,
    done: () =>
      expression()
        .optional()
        .describe('a CEL condition over loop.data, the fields of the answer; the turns go on until it holds'),
    on_max: () =>
      z
        .enum(['fail', 'continue'])
        .optional()
        .describe('when max_steps is reached: fail (the default), or go on with the last answer'),
    system: () => text().optional().describe('added to the system text'),
    model: () => z.string().min(1).optional().describe('provider/model, or an alias from "models"'),
    tool_choice: () => toolChoice().optional(),
    idle_timeout: () => idleTimeout().optional(),
    fallback: () => fallback().optional(),
    ...modelParams,
  }),
  bind(options, binding) {
    const task = binding.text(['objective']);
    const system = binding.text(['system']);
    const model = binding.model(paramsOf(options));
    const format = bindStructure(options, binding);
    const done = format && binding.expression(['done'], 'bool', format);
    const saysInput = task?.references.some(({ root }) => root === 'input') === true;
    if (options.done !== undefined && !KEYS.some((key) => options[key] !== undefined) && format === undefined) {
      const message = '"done" needs "fields" or "schema": it is a condition over them';
      binding.problem(['done'], { code: 'PC1403', message, help: 'add fields: { done: boolean }' });
    }
    if (options.max_steps !== undefined && options.max_internal_steps !== undefined) {
      const message = '"max_steps" and "max_internal_steps" are two names of one bound';
      binding.problem(['max_internal_steps'], { code: 'PC1411', message, help: 'keep max_steps' });
    }
    refuseWithoutTools(options, ['tool_choice'], binding);
    return {
      ...(model === undefined ? {} : { model }),
      ...(format === undefined ? {} : { answer: format }),
      reads: [...(saysInput ? [] : (['input'] as const)), ...(options.history === 'full' ? (['history'] as const) : [])],
      tools: options.tools ?? [],
      preview: (scope) => task?.fill(scope) ?? '',
      async *run(context) {
        if (model === undefined || task === undefined) throw new TypeError('an objective without a model was bound');
        const { scope } = context;
        const input = saysInput || scope.input.trim() === '' ? '' : `\n\nInput:\n${scope.input}`;
        const earlier: readonly Message[] = options.history === 'full' ? context.history(Number.POSITIVE_INFINITY) : [];
        const judge = format && judgeOf(format, done && ((data, text) => isDone(done, { data, output: text }, context)));
        const tools = yield* context.tools(options.tools ?? []);
        const outcome = yield* pursue(
          {
            model,
            system: systemText(tools.length > 0, system?.fill(scope), format),
            messages: [...earlier, { role: 'user', text: `Objective: ${task.fill(scope)}${input}` }],
            tools,
            ...(options.tool_choice === undefined ? {} : { toolChoice: options.tool_choice }),
            ...(options.idle_timeout === undefined ? {} : { idleTimeoutMs: options.idle_timeout }),
            maxSteps: options.max_steps ?? options.max_internal_steps ?? 5,
            history: options.history === 'minimal' ? 'minimal' : 'progressive',
            context: options.context ?? 'drop',
            onMax: options.on_max ?? 'fail',
            ...(judge === undefined ? {} : { check: judge.check }),
          },
          context,
        );
        const data = judge?.data;
        const output = format?.choices === undefined || data === undefined ? outcome.text : String(data);
        const { usage, costUsd, finishReason, model: id } = outcome;
        return { output, ...(data === undefined ? {} : { data }), usage, costUsd, finishReason, model: id };
      },
    };
  },
});

function systemText(hasTools: boolean, own: string | undefined, format: AnswerFormat | undefined): string {
  const parts = [
    hasTools
      ? 'You work towards the objective you are given. Call a tool whenever it brings you nearer; you may call several at once. When the objective is met, give the final answer.'
      : 'You work towards the objective you are given and give the final answer.',
    'The final answer is used as it is: no announcements, no account of what you did, the facts the tools gave kept exactly.',
    own,
    format && formatInWords(format),
  ];
  return parts.filter((part) => part !== undefined).join('\n\n');
}

/** Whether the condition holds for an answer; a text is what the model is told when not. */
async function* isDone(
  done: Expression,
  loop: { readonly data: Json; readonly output: string },
  { scope, path }: StepContext,
): AsyncGenerator<StepEvent, string | undefined> {
  const around = { ...scope, loop };
  const met = done.evaluate(around) === true;
  yield { type: 'objective.checked', step: path, condition: done.source, met, values: done.reads(around) };
  return met ? undefined : `The objective is not met yet: ${done.source} does not hold for your answer. Go on.`;
}
