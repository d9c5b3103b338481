import { writeSync } from 'node:fs';
import { Interrupted } from '../../core/errors.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The first signal asks the run to end; the second ends the process at once, even when cleaning up is stuck. The returned
 * function goes back to what signals do by default.
 */
export function onSignals(process: NodeJS.Process, interrupt: (reason: Interrupted) => void): () => void {
  let asked = false;
  const handlers = SIGNALS.map((signal) => [signal, () => (asked ? die(process, signal) : ask(signal))] as const);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };

  function ask(signal: (typeof SIGNALS)[number]): void {
    asked = true;
    interrupt(new Interrupted(signal));
  }
}

/** A signal of our own to ourselves, with nobody listening: the shell sees what it sent. The spinner may have hidden the cursor. */
function die(process: NodeJS.Process, signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  if (process.stderr.isTTY) showCursor();
  process.kill(process.pid, signal);
}

function showCursor(): void {
  try {
    writeSync(2, '\x1b[?25h');
  } catch {
    // The terminal went away: there is no cursor to show.
  }
}
