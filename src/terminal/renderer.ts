import type { Event } from '../core/event.ts';

/** Turns the events of a run into text on a stream. `end` is called once, after the last event, also when a run broke off. */
export interface Renderer {
  write(event: Event): void | Promise<void>;
  end(): Promise<void>;
}

/** Nothing at all: stderr beside `--json`. */
export const SILENT: Renderer = { write: () => undefined, end: () => Promise.resolve() };

/**
 * The result and the progress of one run on the same terminal: progress makes room before text of the result comes, and the
 * result is finished before the summary.
 */
export function beside(result: Renderer, progress: Renderer): Renderer {
  return {
    write(event) {
      const [first, second] = isLast(event) ? [result, progress] : [progress, result];
      const slow = first.write(event);
      return slow === undefined ? second.write(event) : slow.then(() => second.write(event));
    },
    async end() {
      await result.end();
      await progress.end();
    },
  };
}

/** The same events to each, in order. */
export function together(...renderers: readonly Renderer[]): Renderer {
  return {
    async write(event) {
      for (const renderer of renderers) await renderer.write(event);
    },
    async end() {
      for (const renderer of renderers) await renderer.end();
    },
  };
}

/** True for the event that ends a run. */
export function isLast(event: Event): event is Extract<Event, { result: unknown }> {
  return event.type === 'run.completed' || event.type === 'run.failed' || event.type === 'run.interrupted';
}
