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

/**
 * Progress beside a result that streams: once text of the result is out, the cursor may be in the middle of its line, on a
 * terminal and in a log that gets both streams, so everything else waits until the result is complete.
 */
export function waitingForResult(progress: Renderer): Renderer {
  const final = new Set<string>();
  const held: Event[] = [];
  let resultBegan = false;
  return {
    write(event) {
      if (event.type === 'step.started' && event.final) final.add(event.step);
      if (event.type === 'step.delta' && final.has(event.step)) {
        resultBegan = true;
        return progress.write(event);
      }
      if (isLast(event)) return release(event);
      if (!resultBegan) return progress.write(event);
      held.push(event);
      return undefined;
    },
    end: progress.end,
  };

  async function release(last: Event): Promise<void> {
    for (const event of held) await progress.write(event);
    await progress.write(last);
  }
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
