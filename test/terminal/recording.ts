import type { Event, EventBody } from '../../src/core/event.ts';
import { NO_USAGE } from '../../src/core/model.ts';
import type { RunResult } from '../../src/core/run.ts';
import type { Output } from '../../src/terminal/output.ts';

/** An output that keeps what is written. */
export interface Recording extends Output {
  readonly text: string;
}

export function recordingOutput({ isTTY = false } = {}): Recording {
  let text = '';
  return {
    isTTY,
    error: undefined,
    write(more) {
      text += more;
    },
    flush: () => Promise.resolve(),
    stopWaiting: () => undefined,
    onFailure: () => undefined,
    get text() {
      return text;
    },
  };
}

/** Bodies of events with their envelope. */
export function events(...bodies: readonly EventBody[]): readonly Event[] {
  return bodies.map((body, seq) => ({ v: 1, seq, ts: '2026-01-02T03:04:05.678Z', run_id: 'run-1', ...body }));
}

export function result(changes: Partial<RunResult> = {}): RunResult {
  return {
    schema: 'promptchain.result.v1',
    run_id: 'run-1',
    chain: { name: 'triage', file: '/home/me/triage.yaml', sha256: 'abc' },
    status: 'success',
    exit_code: 0,
    output: 'done',
    steps: [],
    usage: NO_USAGE,
    cost_usd: 0,
    duration_ms: 1234,
    llm: true,
    warnings: [],
    error: null,
    resume: null,
    ...changes,
  };
}

export const started = {
  type: 'run.started',
  chain: { name: 'triage', file: '/home/me/triage.yaml', sha256: 'abc' },
  steps: 2,
} as const;

export function stepStarted(step: string, final = false) {
  return { type: 'step.started', step, id: step, kind: 'prompt', model: 'openai/gpt-4o-mini', llm: true, final } as const;
}

export function delta(step: string, text: string) {
  return { type: 'step.delta', step, text } as const;
}

export function stepCompleted(step: string, output: string) {
  return {
    type: 'step.completed',
    step,
    id: step,
    kind: 'prompt',
    output,
    model: 'openai/gpt-4o-mini',
    llm: true,
    finish_reason: 'stop',
    attempts: 1,
    usage: { input_tokens: 12, output_tokens: 3 },
    cost_usd: null,
    duration_ms: 250,
  } as const;
}
