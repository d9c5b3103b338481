/** What a piece of work says while it goes, then its result; `next` throws what the work throws. */
export interface Progress<T> {
  next(): Promise<{ readonly text: string } | { readonly value: T }>;
}

/** Starts the work. One that says more than anyone reads is heard less often: the newest of what waits is kept. */
export function progressOf<T>(start: (say: (text: string) => void) => Promise<T>): Progress<T> {
  const waiting: string[] = [];
  let said = 0;
  let wake = () => {};
  let done = false;
  const work = start((text) => {
    said += 1;
    if (said > MOST_SAID) return;
    if (waiting.length === MOST_WAITING) waiting.pop();
    waiting.push(text);
    wake();
  });
  work.then(finish, finish);
  function finish() {
    done = true;
    wake();
  }
  return {
    async next() {
      if (waiting.length === 0 && !done) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const text = waiting.shift();
      return text === undefined ? { value: await work } : { text };
    },
  };
}

const MOST_WAITING = 100;
const MOST_SAID = 1_000;
