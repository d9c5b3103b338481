import type { Answer, Ended, Part } from './answer.ts';

/**
 * An answer once it has begun, or how it ended instead: an error can only be told with its status while nothing was sent. After
 * `patienceMs` the answer counts as begun, because clients and proxies wait for the head of a response no longer than so.
 */
export async function begun(answer: Answer, patienceMs: number): Promise<Answer | Ended> {
  const first = answer.next();
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patienceMs);
  });
  const early = await Promise.race([first, waited]).finally(() => clearTimeout(timer));
  if (early?.done === true && early.value.result.status !== 'success') return early.value;
  return from(first, answer);
}

async function* from(first: Promise<IteratorResult<Part, Ended>>, rest: Answer): Answer {
  const next = await first;
  if (next.done) return next.value;
  yield next.value;
  return yield* rest;
}
