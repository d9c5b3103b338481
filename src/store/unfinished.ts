import type { ErrorRecord } from '../core/errors.ts';
import type { Event } from '../core/event.ts';
import type { RunResult } from '../core/run.ts';
import { createLedger } from '../lib/ledger.ts';

/** The result of a run whose journal has no end: what its events tell, with status `interrupted`. */
export function unfinishedResult(runId: string, events: readonly Event[], running: boolean): RunResult {
  const ledger = createLedger(runId);
  for (const event of events) ledger.note(event);
  return ledger.result({
    status: 'interrupted',
    output: null,
    error: running ? STILL_RUNNING : KILLED,
    durationMs: durationOf(events),
    exitCode: KILLED_EXIT_CODE,
  });
}

/** What a shell reports for a process ended by SIGKILL; a journal without an end cannot tell more. */
const KILLED_EXIT_CODE = 137;

const KILLED: ErrorRecord = {
  code: 'PC8106',
  reason: 'cancelled',
  message: 'the run ended without a last word: its process was killed or the machine stopped',
};

const STILL_RUNNING: ErrorRecord = { code: 'PC8105', reason: 'cancelled', message: 'the run is still going' };

function durationOf(events: readonly Event[]): number {
  const [first, last] = [events[0], events.at(-1)];
  return first === undefined || last === undefined ? 0 : Math.max(0, Date.parse(last.ts) - Date.parse(first.ts));
}
