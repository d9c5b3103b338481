/** Passes a generator on, each value through `see`; leaving early closes the source. */
export async function* observe<E, R, T>(source: AsyncGenerator<E, R>, see: (value: E) => T): AsyncGenerator<T, R> {
  try {
    let next = await source.next();
    while (!next.done) {
      yield see(next.value);
      next = await source.next();
    }
    return next.value;
  } finally {
    await source.return(undefined as R);
  }
}
