import type { Event } from '../../core/event.ts';

/** How far a run is, counted in steps of the chain itself. */
export interface Progress {
  readonly progress: number;
  readonly total: number;
  readonly message: string;
}

/** Tells the progress after an event that changes it; each is more than the last. */
export function createProgress(): (event: Event) => Progress | undefined {
  let total = 0;
  let done = 0;
  let told = -1;
  const tell = (message: string): Progress | undefined => {
    if (done <= told) return undefined;
    told = done;
    return { progress: done, total, message };
  };
  return (event) => {
    if (event.type === 'run.started') total = event.steps;
    if (event.type === 'run.completed') {
      done = total;
      return tell('done');
    }
    if (!('step' in event) || event.step === undefined || event.step.includes('/')) return undefined;
    if (event.type === 'step.started') return tell(`${event.step} (${event.kind})`);
    if (ENDS.has(event.type)) done += 1;
    return undefined;
  };
}

const ENDS: ReadonlySet<Event['type']> = new Set(['step.completed', 'step.failed', 'step.skipped']);
