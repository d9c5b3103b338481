import { z } from 'zod';
import { StepError } from '../core/errors.ts';
import type { StepEvent } from '../core/event.ts';
import type { Json } from '../core/json.ts';
import type { Binding, StepBody, StepContext, StepOutcome } from '../core/step.ts';
import type { ValueTemplate } from '../core/template.ts';
import { fields } from '../lib/fields.ts';
import { callInWorker } from '../lib/function-worker.ts';
import { nearest } from '../lib/nearest.ts';
import { BUILTINS } from './builtins.ts';
import { defineKind, quiet } from './define.ts';
import { value } from './fields.ts';

const REFERENCE = /^(?<file>.+)#(?<name>[A-Za-z_$][\w$]*)$/;

/** An exported function of a JavaScript file, or a built-in one. */
export const functionKind = defineKind({
  key: 'function',
  summary: 'an exported function: ./file.mjs#export, called with (input, context)',
  example: '- function: "./lib/clean.mjs#stripMarkdown"\n',
  shape: 'leaf',
  options: fields({
    function: () =>
      z
        .string()
        .regex(REFERENCE, 'must name a file and an export: ./file.mjs#name')
        .describe('./file.mjs#export, relative to the chain, or builtin#memory_commands'),
    with: () => z.record(z.string(), value()).optional().describe('values for context.with'),
  }),
  bind(options, binding) {
    const { file = '', name = '' } = REFERENCE.exec(options.function)?.groups ?? {};
    const given = binding.value(['with']);
    return file === 'builtin' ? builtin(name, binding) : fromFile(options.function, file, name, given, binding);
  },
});

function builtin(name: string, binding: Binding): StepBody {
  const work = Object.hasOwn(BUILTINS, name) ? BUILTINS[name] : undefined;
  if (work === undefined) {
    const near = nearest(name, Object.keys(BUILTINS));
    binding.problem(['function'], {
      code: 'PC1321',
      message: `there is no built-in function "${name}"`,
      ...(near === undefined ? {} : { label: `did you mean "${near}"?` }),
      help: `built-in: ${Object.keys(BUILTINS).join(', ')}`,
    });
  }
  return {
    reads: ['input', 'memory'],
    run: quiet(({ scope }) => work?.(scope) ?? { output: '' }),
  };
}

function fromFile(reference: string, file: string, name: string, given: ValueTemplate | undefined, binding: Binding): StepBody {
  if (!/\.(mjs|js|cjs)$/.test(file)) {
    binding.problem(['function'], {
      code: 'PC1322',
      message: `a function step needs a JavaScript file, not "${file}"`,
      help: 'compile it to .mjs, .js or .cjs',
    });
  }
  const path = binding.file(['function'], file);
  return {
    runs: 'function',
    ...(path === undefined ? {} : { files: () => [path] }),
    reads: given === undefined ? ['input', 'memory'] : ['memory'],
    preview: () => reference,
    async *run(context) {
      const call = {
        path: path ?? '',
        name,
        input: context.args ?? context.scope.input,
        context: contextFor(context, given?.value(context.scope)),
      };
      return yield* toOutcome(callInWorker(call, context.io.env, context.signal), reference, context);
    },
  };
}

/** What a function gets as its second argument: plain values, copied. */
function contextFor({ scope }: StepContext, given: Json | undefined): Json {
  const { inputs, steps, memory, run } = scope;
  return { with: given ?? {}, inputs, steps, memory, run: { ...run } } as unknown as Json;
}

async function* toOutcome(
  call: ReturnType<typeof callInWorker>,
  reference: string,
  context: StepContext,
): AsyncGenerator<StepEvent, StepOutcome> {
  let next = await call.next();
  while (!next.done) {
    yield { type: 'step.log', step: context.path, text: next.value };
    next = await call.next();
  }
  const answer = next.value;
  if ('text' in answer) return { output: answer.text };
  if ('json' in answer) return { output: answer.json, data: JSON.parse(answer.json) as Json };
  throw new StepError(`${reference} ${answer.problem}`, { code: answer.code, reason: 'function', help: answer.help });
}
