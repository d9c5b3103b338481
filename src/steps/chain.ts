import { z } from 'zod';
import { StepError } from '../core/errors.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { isJsonObject, textOf } from '../core/json.ts';
import type { Binding } from '../core/step.ts';
import { fields } from '../lib/fields.ts';
import { coerceInput, defaultsOf } from '../lib/inputs.ts';
import { nearest } from '../lib/nearest.ts';
import { defineKind, quiet } from './define.ts';
import { fileName, value } from './fields.ts';

/** Another chain file, with inputs and a scope of its own. */
export const chain = defineKind({
  key: 'chain',
  summary: 'another chain file, with its own inputs and scope',
  example: '- chain: ./reply.yaml\n  with: { tone: brief }\n',
  shape: 'group',
  options: fields({
    chain: () => fileName().describe('the chain file, relative to this one'),
    with: () =>
      z.record(z.string(), value()).optional().describe('values for its inputs; "input" is its {input}, by default this step\'s'),
  }),
  bind(options, binding) {
    const called = binding.chain(['chain']);
    const given = binding.value(['with']);
    if (called === undefined) return { run: quiet(() => ({ output: '' })) };
    const { given: names, certain } = namesOf(options.with ?? {}, binding.parameters);
    checkNames(names, certain, called.inputs, binding);
    return {
      chain: called,
      ...(called.uses.input && !Object.hasOwn(options.with ?? {}, 'input') ? { reads: ['input'] as const } : {}),
      run(context) {
        const { input, ...values } = { ...context.args, ...((given?.value(context.scope) ?? {}) as JsonObject) };
        const inputs: Record<string, Json> = { ...defaultsOf(called.inputs) };
        for (const [name, raw] of Object.entries(values)) inputs[name] = coerced(name, raw, called);
        return context.runChain(called, { input: input === undefined ? context.scope.input : textOf(input), inputs });
      },
    };
  },
});

type Called = NonNullable<ReturnType<Binding['chain']>>;

/** The inputs it is given: what `with` names and, of a tool, its arguments; `certain` are those that are never missing. */
function namesOf(written: object, parameters: JsonObject | undefined): { given: readonly string[]; certain: readonly string[] } {
  const own = Object.keys(written);
  const { properties = {}, required = [] } = parameters ?? {};
  const names = isJsonObject(properties) ? Object.keys(properties) : [];
  const certain = Array.isArray(required) ? required.filter((name): name is string => typeof name === 'string') : [];
  return { given: [...own, ...names], certain: [...own, ...certain] };
}

function checkNames(names: readonly string[], certain: readonly string[], specs: Called['inputs'], binding: Binding): void {
  for (const name of names) {
    if (name === 'input' || Object.hasOwn(specs, name)) continue;
    const near = nearest(name, ['input', ...Object.keys(specs)]);
    binding.problem(binding.parameters === undefined ? ['with', name] : ['parameters', name], {
      code: 'PC1301',
      message: `the called chain has no input "${name}"`,
      ...(near === undefined ? {} : { label: `did you mean "${near}"?` }),
      help: `its inputs are: ${['input', ...Object.keys(specs)].join(', ')}`,
    });
  }
  for (const [name, spec] of Object.entries(specs)) {
    if (!spec.required || spec.default !== undefined || certain.includes(name)) continue;
    binding.problem(['chain'], {
      code: 'PC1302',
      message: `the called chain requires the input "${name}"`,
      help: binding.parameters === undefined ? `add it: with: { ${name}: … }` : `add it to "parameters": { ${name}: … }`,
    });
  }
}

function coerced(name: string, raw: Json, called: Called): Json {
  const spec = called.inputs[name];
  const result = spec === undefined ? { value: raw } : coerceInput(name, spec, raw);
  if ('problem' in result) throw new StepError(`${called.name}: ${result.problem}`, { code: 'PC3010', reason: 'bad_request' });
  return result.value;
}
