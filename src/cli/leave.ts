import { Failure, recordOf } from '../core/errors.ts';
import { EXIT, exitCodeOf, statusOf } from '../core/exit-code.ts';
import type { Output } from '../terminal/output.ts';

/** The exit code of a command that threw. */
export function exitOf(error: unknown): number {
  return exitCodeOf(statusOf(error), recordOf(error));
}

/**
 * Ends the process once everything written has left it. A run stopped by a signal dies of that signal, so that the shell
 * and `make` see what happened. A reader of stdout that went away makes it 141 whatever the command thought.
 */
export async function leave(process: NodeJS.Process, out: Output, err: Output, code: number): Promise<never> {
  await out.flush();
  await err.flush();
  const final = out.error?.code === 'EPIPE' && !SIGNALS.has(code) ? EXIT.stdoutClosed : code;
  const signal = SIGNALS.get(final);
  if (signal !== undefined) await raise(process, signal);
  process.exit(final);
}

/** Stdout could not be written for a reason of its own: a full disk, an I/O error. */
export function stdoutFailure(error: NodeJS.ErrnoException): Failure {
  const why = error.code === 'ENOSPC' ? 'no space left on the device' : error.message;
  return new Failure(`cannot write to stdout: ${why}`, { code: 'PC0004', reason: 'store', cause: error });
}

const SIGNALS: ReadonlyMap<number, NodeJS.Signals> = new Map([
  [129, 'SIGHUP'],
  [130, 'SIGINT'],
  [143, 'SIGTERM'],
]);

async function raise(process: NodeJS.Process, signal: NodeJS.Signals): Promise<void> {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  await new Promise((resolve) => setTimeout(resolve, 1000));
}
