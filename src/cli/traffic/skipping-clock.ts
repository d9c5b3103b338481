import type { Clock, Io } from '../../core/io.ts';

/** Waits for nobody: a sleep moves the clock instead, so that whoever waits until a time finds it has come. */
export function withSkippingClock(live: Io): Io {
  const { clock } = live;
  let skippedMs = 0;
  const skipping: Clock = {
    now: () => clock.now() + skippedMs,
    elapsed: () => clock.elapsed() + skippedMs,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      skippedMs += ms;
    },
  };
  return { ...live, clock: skipping };
}
