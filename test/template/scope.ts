import type { Scope, StepView } from '../../src/core/scope.ts';

/** A scope with three steps, one for each way a step can end, and what is given on top. */
export function scopeOf(given: Partial<Scope> = {}): Scope {
  return {
    input: 'the input',
    inputs: {},
    memory: {},
    run: { id: 'run-1', steps: 3 },
    history: '',
    user: '',
    ...given,
    steps: {
      done: view({ output: 'finished', data: { kind: 'bug', severity: 3 } }),
      skipped: view({ output: null, status: 'skipped' }),
      failed: view({ output: null, status: 'failed', error: { code: 'PC5001', reason: 'server', message: 'gone' } }),
      ...given.steps,
    },
  };
}

export function view(given: Partial<StepView>): StepView {
  return { output: 'text', data: null, status: 'completed', error: null, attempts: 1, cost: null, duration: 0.5, ...given };
}
