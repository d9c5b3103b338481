import { z } from 'zod';
import { StepError } from '../core/errors.ts';
import { textOf } from '../core/json.ts';
import type { Binding, StepPart } from '../core/step.ts';
import type { Expression } from '../core/template.ts';
import { fields } from '../lib/fields.ts';
import { nearest } from '../lib/nearest.ts';
import { defineKind } from './define.ts';
import { expression } from './fields.ts';

/** One of several lists of steps, chosen by a value. */
export const switchKind = defineKind({
  key: 'switch',
  summary: 'one of several lists of steps, chosen by a value',
  example:
    '- switch: inputs.tone\n  cases:\n    brief: "Answer in one line: {input}"\n    friendly: "Answer warmly: {input}"\n  default: "Answer: {input}"\n',
  shape: 'group',
  options: fields({
    switch: () => expression().describe('a CEL expression; its value is compared with the cases as text'),
    cases: () =>
      z
        .record(z.string(), z.unknown())
        .refine((cases) => Object.keys(cases).length > 0, 'needs at least one case')
        .optional()
        .describe('by value: one step or a list of steps'),
    default: () => z.unknown().optional().describe('a step, or a list of steps, for every other value'),
  }),
  bind(options, binding) {
    const subject = binding.expression(['switch'], 'dyn');
    const names = Object.keys(options.cases ?? {});
    const paths = [...names.map((name) => ['cases', name]), ...(options.default === undefined ? [] : [['default']])];
    const parts = binding.parts(paths, 'either');
    const cases = parts.slice(0, names.length);
    const otherwise = parts[names.length];
    if (options.cases === undefined) {
      binding.problem(['switch'], { code: 'PC1105', message: 'switch has no "cases"', help: 'add cases: { value: step, … }' });
    } else if (subject !== undefined) checkCases(subject, names, options.default !== undefined, binding);
    return {
      parts,
      async *run(context) {
        const value = textOf(subject?.evaluate(context.scope) ?? null);
        const chosen = cases.find(({ name }) => name === value) ?? otherwise;
        if (chosen === undefined) throw noCase(value, cases);
        return yield* context.runSteps(chosen.steps, segmentOf(chosen, cases));
      },
    };
  },
});

/** Where the values are known, each has its case; where they are not, there is a default. */
function checkCases(subject: Expression, written: readonly string[], hasDefault: boolean, binding: Binding): void {
  const { values, source } = subject;
  if (subject.modelText) {
    const message = `${source} is the free text of a model: it is hardly ever exactly "${written[0]}"`;
    const help = 'give the step that answers choices or fields and take its data, or use "if" with contains or matches';
    binding.problem(['switch'], { code: 'PC3204', message, help });
    return;
  }
  if (values === undefined) {
    if (hasDefault) return;
    const help = 'add default: with a step, or take a value that has choices or fields';
    binding.problem(['switch'], { code: 'PC1406', message: `${source} may be something that no case names`, help });
    return;
  }
  for (const name of written) {
    if (values.includes(name)) continue;
    const near = nearest(name, values);
    binding.problem(['cases', name], {
      code: 'PC1406',
      message: `${source} is never "${name}"`,
      ...(near === undefined ? {} : { label: `did you mean "${near}"?` }),
      help: `it can be ${values.join(', ')}`,
    });
  }
  const missing = values.filter((value) => !written.includes(value));
  if (hasDefault || missing.length === 0) return;
  const message = `no case for ${missing.map((value) => `"${value}"`).join(', ')}`;
  binding.problem(['cases'], { code: 'PC1406', message, help: 'add the case, or default: with a step' });
}

/** Its place in journal paths: the value where that is a name, else its number. */
function segmentOf(part: StepPart, cases: readonly StepPart[]): string {
  return /^[\w-]{1,64}$/.test(part.name) ? part.name : String(cases.indexOf(part) + 1);
}

function noCase(value: string, cases: readonly StepPart[]): StepError {
  const shown = value.length > 60 ? `${value.slice(0, 57)}...` : value;
  return new StepError(`no case fits "${shown}"`, {
    code: 'PC9104',
    reason: 'condition',
    help: `the cases are ${cases.map(({ name }) => name).join(', ')}; add default: with a step`,
  });
}
