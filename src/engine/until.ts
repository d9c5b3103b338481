/** Milliseconds that work has to end by itself after an abort, to let go of what it holds. */
const GRACE_MS = 2_000;

/** Passes a generator on until it ends or, a moment after `signal` aborts, without it: what does not listen is left behind. */
export async function* until<E, R>(source: AsyncGenerator<E, R>, signal: AbortSignal): AsyncGenerator<E, R> {
  try {
    for (;;) {
      const next = await nextUnless(source, signal);
      if (next.done) return next.value;
      yield next.value;
    }
  } finally {
    // Not awaited: it waits for what the generator itself waits for.
    source.return(undefined as R).catch(() => undefined);
  }
}

function nextUnless<E, R>(source: AsyncGenerator<E, R>, signal: AbortSignal): Promise<IteratorResult<E, R>> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const leave = () => {
      timer = setTimeout(() => reject(signal.reason), GRACE_MS);
    };
    const clear = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', leave);
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    source.next().then(resolve, reject).finally(clear);
  });
}
