/** How often a lost connection is tried again by itself: about a minute and a half, as the waits grow to ten seconds. */
export const ATTEMPTS = 12;

/** How long to wait before this attempt, counted from 1. */
export function waitMs(attempt: number): number {
  return Math.min(250 * 2 ** attempt, 10_000);
}

/** A sentence for people about a connection, nothing when it stands; with `again` it is for them to try once more. */
export type TellConnection = (says: string | undefined, again?: () => void) => void;

/** The waits between the attempts to get one connection back, and what is said meanwhile. */
export interface Retries {
  /** It stands. */
  stands(): void;
  /** Resolves when it is time to try again: after a while, or when somebody says so. Never once the signal has aborted. */
  wait(): Promise<void>;
}

export function createRetries(tell: TellConnection, signal: AbortSignal): Retries {
  let failures = 0;
  return {
    stands() {
      if (failures > 0) tell(undefined);
      failures = 0;
    },
    async wait() {
      failures += 1;
      if (failures <= ATTEMPTS) {
        tell(`The connection is lost. Connecting again, attempt ${failures} of ${ATTEMPTS}…`);
        await pause(waitMs(failures), signal);
      } else {
        await new Promise<void>((again) => tell('There is no connection: the server cannot be reached.', again));
        failures = 0;
        tell('Connecting…');
      }
    },
  };
}

/** Ends early when the machine is on the network again. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = new AbortController();
    const timer = setTimeout(end, ms);
    addEventListener('online', end, { signal: done.signal });
    signal.addEventListener('abort', () => clearTimeout(timer), { signal: done.signal });

    function end(): void {
      clearTimeout(timer);
      done.abort();
      if (!signal.aborted) resolve();
    }
  });
}
