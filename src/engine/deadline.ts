export interface Deadline {
  readonly signal: AbortSignal;
  /** Call it when the work is over, or the timer keeps the process alive. */
  clear(): void;
  /** Lets the clock stand still. */
  pause(): void;
  /** After a pause, begins to count anew. */
  resume(): void;
}

/** A signal that aborts with `parent`, or with `reason()` after `ms`; without `ms` it is the parent itself. */
export function deadline(parent: AbortSignal, ms: number | undefined, reason: () => Error): Deadline {
  if (ms === undefined) return { signal: parent, clear: nothing, pause: nothing, resume: nothing };
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const resume = () => {
    timer ??= setTimeout(() => controller.abort(reason()), ms);
  };
  const pause = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  resume();
  const follow = () => controller.abort(parent.reason);
  if (parent.aborted) follow();
  else parent.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    pause,
    resume,
    clear() {
      pause();
      parent.removeEventListener('abort', follow);
    },
  };
}

const nothing = () => undefined;
