import { z } from 'zod';
import { pursue } from '../agent/loop.ts';
import type { StepEvent } from '../core/event.ts';
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { Binding, StepContext, StepOutcome } from '../core/step.ts';
import type { Expression } from '../core/template.ts';
import { fieldsSchema } from '../lib/field-types.ts';
import { fields } from '../lib/fields.ts';
import { jsonIn } from '../lib/json-text.ts';
import { modelParams, paramsOf } from '../lib/model-params.ts';
import { defineKind } from './define.ts';
import { expression, text } from './fields.ts';
import { fallback, idleTimeout, toolChoice, toolPatterns } from './tool-options.ts';

/** A loop of model and tools until the objective is met. */
export const objective = defineKind({
  key: 'objective',
  summary: 'a model with tools, in turns, until the objective is met',
  example: '- objective: "Find out how many lines notes.txt has"\n  tools: ["files.read"]\n  max_steps: 5\n',
  shape: 'group',
  options: fields({
    objective: text().describe('what is to be achieved'),
    tools: toolPatterns
      .optional()
      .describe('the tools it may use, as names or patterns: calculator, "github.get_*"; by default none'),
    max_steps: z.int().min(1).max(200).optional().describe('the most turns of the model; by default 5'),
    max_internal_steps: z.int().min(1).max(200).optional().describe('the same, in the words of the original'),
    history: z
      .enum(['minimal', 'progressive', 'full'])
      .optional()
      .describe('what each turn sends: the last turn only, every turn (the default), or also the prompt steps before'),
    context: z
      .enum(['drop', 'summarise', 'fail'])
      .optional()
      .describe(
        'before the turns grow too long for the model: leave the oldest out (drop, the default), summarise them, or fail',
      ),
    fields: z
      .record(z.string(), z.json())
      .optional()
      .describe('the fields of the answer, such as { kind: bug|feature, score: 1..5 }'),
    done: expression()
      .optional()
      .describe('a CEL condition over loop.data, the fields of the answer; the turns go on until it holds'),
    on_max: z
      .enum(['fail', 'continue'])
      .optional()
      .describe('when max_steps is reached: fail (the default), or go on with the last answer'),
    system: text().optional().describe('added to the system text'),
    model: z.string().min(1).optional().describe('provider/model, or an alias from "models"'),
    tool_choice: toolChoice.optional(),
    idle_timeout: idleTimeout.optional(),
    fallback: fallback.optional(),
    ...modelParams,
  }),
  bind(options, binding) {
    const task = binding.text(['objective']);
    const system = binding.text(['system']);
    const model = binding.model(paramsOf(options));
    const schema = bindFields(options.fields, binding);
    const done = binding.expression(['done'], 'bool', 'loop');
    const saysInput = task?.references.some(({ root }) => root === 'input') === true;
    if (done !== undefined && schema === undefined) {
      const message = '"done" needs "fields": it is a condition over them';
      binding.problem(['done'], { code: 'PC1403', message, help: 'add fields: { done: boolean }' });
    }
    return {
      ...(model === undefined ? {} : { model }),
      reads: [...(saysInput ? [] : (['input'] as const)), ...(options.history === 'full' ? (['history'] as const) : [])],
      tools: options.tools ?? [],
      preview: (scope) => task?.fill(scope) ?? '',
      async *run(context) {
        if (model === undefined || task === undefined) throw new TypeError('an objective without a model was bound');
        const { scope } = context;
        const input = saysInput || scope.input.trim() === '' ? '' : `\n\nInput:\n${scope.input}`;
        const earlier: readonly Message[] = options.history === 'full' ? context.history(Number.POSITIVE_INFINITY) : [];
        const judge = { schema, done, found: undefined as Json | undefined };
        const tools = yield* context.tools(options.tools ?? []);
        const outcome = yield* pursue(
          {
            model,
            system: systemText(tools.length > 0, system?.fill(scope), schema),
            messages: [...earlier, { role: 'user', text: `Objective: ${task.fill(scope)}${input}` }],
            tools,
            ...(options.tool_choice === undefined ? {} : { toolChoice: options.tool_choice }),
            ...(options.idle_timeout === undefined ? {} : { idleTimeoutMs: options.idle_timeout }),
            maxSteps: options.max_steps ?? options.max_internal_steps ?? 5,
            history: options.history === 'minimal' ? 'minimal' : 'progressive',
            context: options.context ?? 'drop',
            onMax: options.on_max ?? 'fail',
            ...(schema === undefined ? {} : { check: (answer: string) => checkAnswer(answer, judge, context) }),
          },
          context,
        );
        const found: Partial<StepOutcome> = judge.found === undefined ? {} : { data: judge.found };
        const { usage, costUsd, finishReason, model: id } = outcome;
        return { output: outcome.text, ...found, usage, costUsd, finishReason, model: id };
      },
    };
  },
});

function bindFields(fields: JsonObject | undefined, binding: Binding): JsonObject | undefined {
  if (fields === undefined) return undefined;
  const read = fieldsSchema(fields);
  if ('schema' in read) return read.schema;
  binding.problem(['fields', ...read.path], { code: 'PC1404', message: `the field "${read.path.join('.')}" ${read.problem}` });
  return undefined;
}

function systemText(hasTools: boolean, own: string | undefined, schema: JsonObject | undefined): string {
  const parts = [
    hasTools
      ? 'You work towards the objective you are given. Call a tool whenever it brings you nearer; you may call several at once. When the objective is met, give the final answer.'
      : 'You work towards the objective you are given and give the final answer.',
    'The final answer is used as it is: no announcements, no account of what you did, the facts the tools gave kept exactly.',
    schema === undefined
      ? undefined
      : `The final answer is one JSON object that fits this JSON Schema, and nothing else:\n${JSON.stringify(schema)}`,
    own,
  ];
  return parts.filter((part) => part !== undefined).join('\n\n');
}

interface Judge {
  readonly schema: JsonObject | undefined;
  readonly done: Expression | undefined;
  found: Json | undefined;
}

/** Undefined accepts the answer; a text is what the model is told about it. */
async function* checkAnswer(answer: string, judge: Judge, context: StepContext): AsyncGenerator<StepEvent, string | undefined> {
  judge.found = undefined;
  const found = jsonIn(answer);
  if (found === undefined || !isJsonObject(found.value)) return 'The final answer must be one JSON object and nothing else.';
  const { problemsOf } = await import('../lib/json-schema.ts');
  const problems = problemsOf(judge.schema ?? {}, found.value);
  if (problems.length > 0) return `The answer does not fit its schema: ${problems.join('; ')}. Give the whole answer again.`;
  judge.found = found.value;
  if (judge.done === undefined) return undefined;
  const scope = { ...context.scope, loop: { data: found.value, output: answer } };
  const met = judge.done.evaluate(scope) === true;
  const { source } = judge.done;
  yield { type: 'objective.checked', step: context.path, condition: source, met, values: judge.done.reads(scope) };
  return met ? undefined : `The objective is not met yet: ${source} does not hold for your answer. Go on.`;
}
