import type { Chain } from '../core/chain.ts';
import type { Json } from '../core/json.ts';
import type { ModelRequest, ModelSpec, Usage } from '../core/model.ts';
import type { Scope, StepView } from '../core/scope.ts';
import type { Loop, Step } from '../core/step.ts';
import { dollars } from '../lib/dollars.ts';
import { partsOf } from '../lib/step-parts.ts';
import { estimateInput } from '../lib/token-estimate.ts';
import { displayPath } from './frame.ts';
import { sanitize } from './sanitize.ts';

export interface PlanOptions {
  readonly input: string;
  readonly inputs: { readonly [name: string]: Json };
  /** What a model that has to be looked for stands for, such as `auto`. */
  readonly models: ReadonlyMap<string, string>;
  /** US dollars; null when the price is unknown. */
  cost(spec: ModelSpec, usage: Usage): number | null;
  readonly cwd: string;
  /** Keep control sequences. */
  readonly raw: boolean;
}

/** What a run would do, step by step, in the order of the file. Values that only a run can give show as their placeholders. */
export function plan(chain: Chain, options: PlanOptions): string {
  const lines = [
    `${chain.name} (${displayPath(chain.file, options.cwd)}): ${chain.steps.length} ${chain.steps.length === 1 ? 'step' : 'steps'}, nothing is called`,
    '',
    ...planSteps(chain.steps, scopeOf(chain.steps, options), options, ''),
    ...(chain.finally.length === 0
      ? []
      : ['finally:', ...planSteps(chain.finally, scopeOf(chain.steps, options), options, '  ')]),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function planSteps(steps: readonly Step[], scope: Scope, options: PlanOptions, indent: string): readonly string[] {
  return steps.flatMap((step, index) => {
    const input = index === 0 ? scope.input : nameOfOutput(steps[index - 1]);
    return planStep(step, { ...scope, input }, options, indent);
  });
}

function planStep(step: Step, scope: Scope, options: PlanOptions, indent: string): readonly string[] {
  const { body } = step;
  const model = body.model === undefined ? '' : `, ${options.models.get(body.model.id) ?? body.model.id}`;
  const notes = [
    ...(step.if === undefined ? [] : [`if ${step.if.source}`]),
    ...(step.loop === undefined ? [] : [loopNote(step.loop)]),
    ...(step.retry === undefined ? [] : [`up to ${step.retry.attempts} attempts`]),
    ...(step.timeoutMs === undefined ? [] : [`at most ${step.timeoutMs / 1000} s`]),
    ...costNotes(step, scope, options),
    ...(step.remember.length === 0 ? [] : [`remembers ${step.remember.map(({ key }) => key).join(', ')}`]),
  ];
  return [
    `${indent}${step.name} (${step.kind}${model})${notes.length === 0 ? '' : `: ${notes.join('; ')}`}`,
    ...previewLines(step, scope, options).map((line) => `${indent}  | ${line}`),
    ...partsOf(step).flatMap((part) => [
      ...(part.prefix === '' ? [] : [`${indent}  ${part.name}:`]),
      ...planSteps(part.steps, scope, options, part.prefix === '' ? `${indent}  ` : `${indent}    `),
    ]),
    ...(body.chain === undefined ? [] : planSteps(body.chain.steps, scopeOf(body.chain.steps, options), options, `${indent}  `)),
    '',
  ];
}

/** An upper bound where one can be told: the price, the whole text and `max_tokens` are known. */
function costNotes({ body }: Step, scope: Scope, options: PlanOptions): readonly string[] {
  const { model } = body;
  if (model === undefined) return [];
  const spec = withName(model, options.models.get(model.id));
  const free = options.cost(spec, { input_tokens: 1_000_000, output_tokens: 1_000_000 });
  if (free === 0) return [];
  const request = asked(body, scope);
  const longest = model.params.max_tokens;
  if (free === null || request === undefined || longest === undefined) return ['cost unknown'];
  const most = options.cost(spec, { input_tokens: estimateInput(request), output_tokens: longest });
  return [most === null ? 'cost unknown' : `at most about ${dollars(most)} a call`];
}

/** Undefined while a value of the run is missing in it. */
function asked(body: Step['body'], scope: Scope): ModelRequest | undefined {
  try {
    const request = body.request?.(scope);
    return request === undefined ||
      /\{(input|stdin|steps|memory|run|item|index|loop|history|user)\b/.test(JSON.stringify(request))
      ? undefined
      : request;
  } catch {
    return undefined;
  }
}

function withName(spec: ModelSpec, resolved: string | undefined): ModelSpec {
  if (resolved === undefined) return spec;
  const slash = resolved.indexOf('/');
  return { ...spec, id: resolved, provider: resolved.slice(0, slash), name: resolved.slice(slash + 1) };
}

function loopNote(loop: Loop): string {
  if (loop.kind === 'foreach') return `for each of ${loop.source}, ${loop.concurrency ?? 1} at a time`;
  const { max, until, while: condition } = loop;
  return `up to ${max} turns${until === undefined ? '' : ` until ${until.source}`}${condition === undefined ? '' : ` while ${condition.source}`}`;
}

function previewLines({ body }: Step, scope: Scope, { raw }: PlanOptions): readonly string[] {
  const text = preview(body, scope);
  if (text === undefined || text === '') return [];
  return (raw ? text : sanitize(text)).trimEnd().split('\n');
}

/** A text may need a value that has a shape, which nothing stands for here. */
function preview(body: Step['body'], scope: Scope): string | undefined {
  try {
    return body.preview?.(scope);
  } catch {
    return undefined;
  }
}

function scopeOf(steps: readonly Step[], { input, inputs }: PlanOptions): Scope {
  const views = steps.flatMap((step) => (step.id === undefined ? [] : [[step.id, viewOf(step.id)] as const]));
  return {
    input,
    inputs,
    steps: Object.fromEntries(views),
    memory: {},
    run: { id: '{run.id}', steps: 0 },
    stdin: '{stdin}',
    history: '{history}',
    user: '{user}',
  };
}

function viewOf(id: string): StepView {
  return { output: `{steps.${id}.output}`, data: null, status: 'completed', error: null, attempts: 1, cost: null, duration: 0 };
}

function nameOfOutput(step: Step | undefined): string {
  return step?.id === undefined ? '{input}' : `{steps.${step.id}.output}`;
}
