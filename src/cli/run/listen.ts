import { type Failure, Interrupted, LimitError } from '../../core/errors.ts';
import type { Call } from '../command.ts';
import { stdoutFailure } from '../leave.ts';
import { onSignals } from './signals.ts';

/** Everything that ends a command from outside: signals, its time limit, a reader of stdout that goes away. The returned function stops listening. */
export function listen(call: Call, timeoutMs: number | undefined, abort: (reason: Failure) => void): () => void {
  const release = onSignals(call.process, (reason) => {
    abort(reason);
    setTimeout(() => {
      call.out.stopWaiting();
      call.err.stopWaiting();
    }, PATIENCE_MS).unref();
  });
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => abort(timedOut(timeoutMs)), timeoutMs);
  call.err.onFailure(() => undefined); // Stderr never fails a run, but nobody who does not read it may hold up a signal.
  call.out.onFailure((error) => abort(error.code === 'EPIPE' ? new Interrupted('SIGPIPE') : stdoutFailure(error)));
  return () => {
    release();
    clearTimeout(timer);
  };
}

/** How long the readers of stdout and stderr may take for the rest after a signal. */
const PATIENCE_MS = 300;

/** What ends a run at its time limit. */
export function timedOut(timeoutMs: number): LimitError {
  return new LimitError(`the run took longer than its limit of ${timeoutMs / 1000} s`, {
    code: 'PC9001',
    help: 'raise --timeout, or see with -v which step takes the time',
  });
}
