export interface Deadline {
  readonly signal: AbortSignal;
  /** Call it when the work is over, or the timer keeps the process alive. */
  clear(): void;
}

/** A signal that aborts with `parent`, or with `reason()` after `ms`; without `ms` it is the parent itself. */
export function deadline(parent: AbortSignal, ms: number | undefined, reason: () => Error): Deadline {
  if (ms === undefined) return { signal: parent, clear: () => undefined };
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(reason()), ms);
  const follow = () => controller.abort(parent.reason);
  if (parent.aborted) follow();
  else parent.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer);
      parent.removeEventListener('abort', follow);
    },
  };
}
