import type { ErrorRecord } from '../../core/errors.ts';
import type { RunResult } from '../../core/run.ts';
import { dollars } from '../../lib/dollars.ts';
import type { Answered } from '../../serve/door.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { duration } from '../../terminal/words.ts';
import type { Call } from '../command.ts';

/** A line on stderr for each request and each run that has ended: no text of anyone, no query, no token. With `--verbose` also why a run failed. */
export interface AccessLog {
  request(request: Omit<Answered, 'refused'>): void;
  run(result: RunResult): void;
}

export function createAccessLog({ err, globals, io }: Pick<Call, 'err' | 'globals' | 'io'>): AccessLog {
  if (globals.quiet) return { request: () => undefined, run: () => undefined };
  let stuck = false;
  const line = (text: string): void => {
    // Whoever does not read stderr loses lines: they are not kept in memory.
    if (stuck) return;
    const slow = err.write(`${new Date(io.clock.now()).toISOString()} ${sanitize(text)}\n`);
    if (slow === undefined) return;
    stuck = true;
    slow.then(() => {
      stuck = false;
    });
  };
  return {
    request: ({ address, method, path, status, ms }) =>
      // Of a connection that was reset before it was looked at, nobody knows where it came from.
      line(`${address || '-'} ${method} ${path.slice(0, LONGEST_PATH)} ${status ?? 'gone'} ${duration(ms)}`),
    run({ run_id, chain, status, duration_ms, cost_usd, error }) {
      const cost = cost_usd === null || cost_usd === 0 ? '' : ` ${dollars(cost_usd)}`;
      line(`run ${run_id} ${chain.name} ${status}${error === null ? '' : ` ${error.code}`} ${duration(duration_ms)}${cost}`);
      if (globals.verbose && error !== null) line(`run ${run_id} ${oneLine(error)}`);
    },
  };
}

const LONGEST_PATH = 200;

function oneLine({ step, message, help }: ErrorRecord): string {
  const where = step === undefined ? '' : `step "${step}": `;
  return `${where}${message}${help === undefined ? '' : ` (${help})`}`.replace(/\s*\n\s*/g, ' ⏎ ');
}
