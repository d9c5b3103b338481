import fc from 'fast-check';
import type { Chain } from '../../src/core/chain.ts';
import { ModelError, StepError } from '../../src/core/errors.ts';
import type { Io } from '../../src/core/io.ts';
import type { ModelSpec } from '../../src/core/model.ts';
import type { RunOptions } from '../../src/core/run.ts';
import type { Step, StepBody } from '../../src/core/step.ts';

/** What one step of a generated chain does, attempt by attempt; `hang` waits until it is aborted. */
export type Plan =
  | { readonly kind: 'leaf'; readonly tries: readonly Try[]; readonly onError: 'stop' | 'continue'; readonly attempts: number }
  | {
      readonly kind: 'group';
      readonly form: 'steps' | 'branches' | 'foreach' | 'repeat';
      readonly steps: readonly Plan[];
      readonly onError: 'stop' | 'continue';
      readonly attempts: number;
    };

export interface Try {
  readonly deltas: readonly string[];
  readonly end: 'ok' | 'temporary' | 'final' | 'hang' | 'bug';
}

const attempt: fc.Arbitrary<Try> = fc.record({
  deltas: fc.array(fc.string({ minLength: 1, maxLength: 4 }), { maxLength: 3 }),
  end: fc.constantFrom('ok', 'ok', 'ok', 'temporary', 'final', 'hang', 'bug'),
});

export const plans: fc.Arbitrary<readonly Plan[]> = fc.letrec<{ plan: Plan; steps: readonly Plan[] }>((tie) => ({
  steps: fc.array(tie('plan'), { minLength: 1, maxLength: 4 }),
  plan: fc.oneof(
    { maxDepth: 2 },
    fc.record({
      kind: fc.constant('leaf' as const),
      tries: fc.array(attempt, { minLength: 1, maxLength: 3 }),
      onError: fc.constantFrom('stop' as const, 'continue' as const),
      attempts: fc.integer({ min: 1, max: 3 }),
    }),
    fc.record({
      kind: fc.constant('group' as const),
      form: fc.constantFrom('steps' as const, 'steps' as const, 'branches' as const, 'foreach' as const, 'repeat' as const),
      steps: tie('steps'),
      onError: fc.constantFrom('stop' as const, 'continue' as const),
      attempts: fc.integer({ min: 1, max: 2 }),
    }),
  ),
})).steps;

export function chainOf(plans: readonly Plan[]): Chain {
  return {
    name: 'generated',
    file: '/generated.yaml',
    dir: '/',
    sha256: '0'.repeat(64),
    inputs: {},
    steps: stepsOf(plans),
    finally: [],
    memory: { commit: 'on_success' },
    limits: {},
    servers: {},
    tools: {},
    permissions: { allow: [], ask: [], deny: [] },
    secrets: [],
    allowEmpty: true,
    warnings: [],
    sources: new Map(),
    uses: {
      input: true,
      stdin: false,
      memory: false,
      conversation: false,
      models: [],
      commands: false,
      functions: false,
      gates: false,
      cache: false,
      servers: [],
    },
  };
}

/** An `io` whose sleeps end at once, unless aborted first. */
export function quickIo(): Io {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: {},
    cwd: '/',
    packageDir: '/',
    random: () => 0.5,
    clock: {
      now: () => Date.now(),
      elapsed: () => performance.now(),
      sleep: async (_ms, signal) => signal.throwIfAborted(),
    },
  };
}

export function optionsFor(signal: AbortSignal, overrides: Partial<RunOptions> = {}): RunOptions {
  return {
    runId: 'r1',
    input: 'in',
    inputs: {},
    io: quickIo(),
    openModel: async (spec: ModelSpec) => {
      throw new Error(`no model is opened here: ${spec.id}`);
    },
    memory: { read: async () => ({}), commit: async () => undefined },
    live: false,
    signal,
    ...overrides,
  };
}

function stepsOf(plans: readonly Plan[]): readonly Step[] {
  return plans.map((plan, index) => ({
    name: String(index + 1),
    kind: plan.kind,
    shape: plan.kind,
    position: { file: '/generated.yaml', line: index + 1, column: 1 },
    retry: { attempts: plan.attempts, on: new Set(['rate_limit'] as const) },
    onError: plan.onError,
    remember: [],
    body: plan.kind === 'leaf' ? leaf(plan.tries) : plan.form === 'branches' ? branches(plan.steps) : group(plan.steps),
    ...(plan.kind === 'group' ? loopOf(plan.form) : {}),
    reads: [],
    definition: () => '',
  }));
}

function group(plans: readonly Plan[]): StepBody {
  const steps = stepsOf(plans);
  return { parts: [{ name: '', steps }], run: (context) => context.runSteps(steps) };
}

function branches(plans: readonly Plan[]): StepBody {
  const parts = stepsOf(plans).map((step, index) => ({ name: `b${index}`, steps: [step] }));
  return {
    parts,
    async *run(context) {
      const { values, ...outcome } = yield* context.runBranches(parts, 2);
      return { ...outcome, output: JSON.stringify(values) };
    },
  };
}

function loopOf(form: 'steps' | 'branches' | 'foreach' | 'repeat'): Pick<Step, 'loop'> {
  if (form === 'foreach') {
    return { loop: { kind: 'foreach', source: 'items', references: [], items: () => ['a', 'b', 'c'], concurrency: 2 } };
  }
  return form === 'repeat' ? { loop: { kind: 'repeat', max: 2, onMax: 'continue' } } : {};
}

function leaf(tries: readonly Try[]): StepBody {
  return {
    async *run({ attempt, path, signal }) {
      const { deltas, end } = tries[Math.min(attempt, tries.length) - 1] as Try;
      for (const text of deltas) yield { type: 'step.delta', step: path, text };
      if (end === 'temporary') throw new ModelError('busy', { code: 'PC6001', reason: 'rate_limit', provider: 'none' });
      if (end === 'final') throw new StepError('broken', { code: 'PC7101', reason: 'command' });
      if (end === 'bug') throw new TypeError('a bug');
      if (end === 'hang') await aborted(signal);
      return { output: deltas.join('') };
    },
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
