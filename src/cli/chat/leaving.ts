import { EXIT } from '../../core/exit-code.ts';

export interface Leaving extends Disposable {
  readonly signal: AbortSignal;
  /** What a signal makes of an exit code. */
  over(code: number): number;
}

/**
 * Signals that end the chat as a whole; a turn under way ends by its own (`run/listen.ts`). At the terminal Ctrl-C is a key
 * while someone types and stops the answer while one comes: what it is in between is nothing.
 */
export function listenForLeaving(process: NodeJS.Process, interactive: boolean): Leaving {
  const stop = new AbortController();
  let last: number | undefined;
  const handlers = Object.entries(CODES).map(([name, code]) => {
    const handler = (): void => {
      if (name === 'SIGINT' && interactive) return;
      last = code;
      stop.abort();
    };
    process.on(name, handler);
    return [name, handler] as const;
  });
  return {
    signal: stop.signal,
    over: (code) => (code === EXIT.stdoutClosed ? code : (last ?? code)),
    [Symbol.dispose]() {
      for (const [name, handler] of handlers) process.off(name, handler);
    },
  };
}

const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
