import { z } from 'zod';
import { readMap } from '../../chain/read-map.ts';
import type { Chain } from '../../core/chain.ts';
import type { Reason } from '../../core/errors.ts';
import { fields } from '../../lib/fields.ts';
import { nearest } from '../../lib/nearest.ts';
import { namesOf } from '../run/check.ts';

/** Failures a stub may have: those of providers. */
const REASONS = [
  'rate_limit',
  'overloaded',
  'timeout',
  'network',
  'server',
  'auth',
  'quota',
  'bad_request',
  'not_found',
  'context_overflow',
  'refusal',
] as const satisfies readonly Reason[];

const text = () => z.string({ error: 'must be text' });

const failure = () =>
  z.strictObject({
    error: z.enum(REASONS).describe('the call fails so; what a retry may name is tried again'),
    message: text().optional(),
  });

const answer = () =>
  z.union([
    text(),
    failure(),
    z.strictObject({
      text: text().optional(),
      json: z.json().optional().describe('the text is this, as JSON'),
      calls: z
        .array(z.strictObject({ tool: text(), with: z.record(z.string(), z.json()).optional() }))
        .min(1)
        .optional()
        .describe('tools the model calls, by their names in the chain'),
      finish: z.enum(['stop', 'length', 'content_filter', 'refusal']).optional(),
    }),
  ]);

const result = () =>
  z.union([
    text(),
    z.strictObject({ error: text().describe('what the tool fails with, as the model reads it') }),
    z.strictObject({ text: text().optional(), json: z.json().optional().describe('the structured content') }),
  ]);

const oneOrMore = <Schema extends z.ZodType>(one: Schema) => z.union([one, z.array(one).min(1)]);

const stubFields = fields({
  steps: () => z.record(z.string().min(1), oneOrMore(answer())).optional().describe('answers by id or journal path of a step'),
  tools: () => z.record(z.string().min(1), oneOrMore(result())).optional().describe('results by name of a tool'),
  default: () => answer().optional().describe('the answer of every step that has none of its own'),
});

export type StubAnswer = z.output<ReturnType<typeof answer>>;
export type StubResult = z.output<ReturnType<typeof result>>;

export interface Stubs {
  readonly steps: { readonly [name: string]: StubAnswer | readonly StubAnswer[] };
  readonly tools: { readonly [name: string]: StubResult | readonly StubResult[] };
  readonly default?: StubAnswer;
}

/** The stubs in a file. Throws `ChainError` with every problem of it, a name that no step has among them. */
export function readStubs(file: string, chain: Chain): Stubs {
  const { values, problem, check } = readMap(file, 'the stub file', stubFields);
  const names = new Set(namesOf(chain).map(stepOf));
  for (const name of Object.keys(values.steps ?? {})) {
    if (name.includes('*') || names.has(stepOf(name)) || names.has(lastOf(stepOf(name)))) continue;
    const near = nearest(name, names);
    problem(['steps', name], {
      code: 'PC8206',
      message: `the chain has no step "${name}"`,
      label: near === undefined ? undefined : `did you mean "${near}"?`,
      help: `a stub is named by the id or the journal path of a step, or by a pattern with *; the steps are: ${[...names].join(', ')}`,
    });
  }
  check();
  const { steps = {}, tools = {}, default: fallback } = values;
  return { steps, tools, ...(fallback === undefined ? {} : { default: fallback }) };
}

/** The journal path of a step, without the turn that asked and the number of an item or an attempt: `evidence/code[2]/t1` is `evidence/code`. */
export function stepOf(path: string): string {
  return path.replace(/\/[ts]\d+(?:\.\d+)*b?$/, '').replace(/(?:\[\d+\]|#\d+)(?=\/|$)/g, '');
}

export function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
