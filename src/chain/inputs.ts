import { z } from 'zod';
import type { InputSpec } from '../core/chain.ts';
import type { Json } from '../core/json.ts';
import { coerceInput } from '../lib/inputs.ts';
import { once } from '../lib/once.ts';
import { checked } from './checked.ts';
import type { Entry, Node } from './node.ts';
import { jsonOf, textOfScalar } from './node.ts';
import type { Report } from './report.ts';
import { shown } from './report.ts';

/** One entry of `inputs:`, as in GitHub Actions. */
const inputSchema = once(() =>
  z.strictObject({
    type: z
      .enum(['string', 'number', 'integer', 'boolean', 'choice', 'list', 'map'])
      .default('string')
      .describe('string (the default), number, integer, boolean, choice, list or map'),
    required: z.boolean().default(false).describe('a run without it is refused'),
    default: z.json().optional().describe('the value when none is given'),
    options: z.array(z.string()).min(1).optional().describe('what a choice can be'),
    description: z.string().optional().describe('what it is, for people'),
  }),
);

export const inputsSchema = () => z.record(z.string(), z.union([inputSchema(), z.null()]));

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The declared inputs; what is wrong with them is reported, and such an input is left out of the checks that follow. */
export function readInputs(report: Report, node: Node | undefined): Record<string, InputSpec> {
  const specs: Record<string, InputSpec> = {};
  if (node === undefined) return specs;
  if (node.kind !== 'map') {
    const help = 'write them as a map: inputs: {topic: {type: string, description: …}}';
    report.add(node, { code: 'PC1114', message: '"inputs" must be a map of names to what they are', help });
    return specs;
  }
  for (const [name, entry] of node.entries) {
    if (name.startsWith('x-')) continue;
    const spec = readInput(report, name, entry);
    if (spec !== undefined) specs[name] = spec;
  }
  return specs;
}

function readInput(report: Report, name: string, { key, value: node }: Entry): InputSpec | undefined {
  if (!NAME.test(name)) {
    const help = `write it with letters, digits and _${/^[\w-]+$/.test(name) ? `: ${name.replaceAll('-', '_').replace(/^(?=\d)/, '_')}` : ''}`;
    report.add(key, { code: 'PC1114', message: `the name of an input has to be an identifier: ${shown(name)}`, help });
    return { type: 'string', required: false };
  }
  if (node.kind === 'scalar' && node.value === null) return { type: 'string', required: false };
  if (node.kind !== 'map') {
    const help = `write ${name}: {type: string}, or ${name}: {default: …}`;
    report.add(node, { code: 'PC1114', message: `the input "${name}" must be a map`, help });
    return { type: 'string', required: false };
  }
  const parsed = checked(report, {
    node,
    json: jsonOf(node),
    schema: inputSchema(),
    owner: () => ({ name: `input "${name}"`, known: Object.keys(inputSchema().shape) }),
  });
  if (parsed === undefined) return { type: 'string', required: false };
  const { type, required, options, description } = parsed;
  const base = {
    type,
    required,
    ...(options === undefined ? {} : { options }),
    ...(description === undefined ? {} : { description }),
  };
  checkOptions(report, name, base, node);
  return withDefault(report, name, base, node.entries.get('default')?.value);
}

function checkOptions(report: Report, name: string, spec: InputSpec, node: Node): void {
  if (spec.type === 'choice' && spec.options === undefined) {
    report.add(node, { code: 'PC1114', message: `the choice "${name}" has no options`, help: 'add options: [first, second]' });
  }
  if (spec.type !== 'choice' && spec.options !== undefined) {
    report.add(node, {
      code: 'PC1114',
      message: `the input "${name}" has options, but is not a choice`,
      help: 'write type: choice',
    });
  }
}

function withDefault(report: Report, name: string, spec: InputSpec, node: Node | undefined): InputSpec {
  const isUnchecked = spec.type === 'choice' && spec.options === undefined;
  if (node === undefined || isUnchecked || (node.kind === 'scalar' && node.value === null)) return spec;
  if (spec.required) {
    const message = `the input "${name}" is required, so its default is never used`;
    report.add(node, { code: 'PC1402', severity: 'warning', message, help: 'remove one of the two' });
  }
  const wantsText = spec.type === 'string' || spec.type === 'choice';
  const written: Json = node.kind === 'scalar' && wantsText ? textOfScalar(node) : jsonOf(node);
  const coerced = coerceInput(name, spec, written);
  if ('problem' in coerced) {
    report.add(node, { code: 'PC1114', message: `the default does not fit: ${coerced.problem}` });
    return spec;
  }
  return { ...spec, default: coerced.value };
}
