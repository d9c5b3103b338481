/** Puts a question to the person at the terminal when it is its turn; `ask` is not called once the signal has been aborted. */
export type AskInTurn = <T>(ask: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** One question after the other, whoever asks; `pause` makes room for one and returns how to go on. */
export function createAskInTurn(pause: () => () => void): AskInTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (ask, signal) => {
    const answer = last.then(async () => {
      signal.throwIfAborted();
      const resume = pause();
      try {
        return await ask();
      } finally {
        resume();
      }
    });
    last = answer.catch(() => undefined);
    return answer;
  };
}
