import type { Interrupted } from '../../core/errors.ts';
import { serveStdio } from '../../serve/mcp/stdio.ts';
import type { Call } from '../command.ts';
import { packageVersion } from '../package-dir.ts';
import { onSignals } from '../run/signals.ts';
import { type ServeFlags, serveFlags } from '../serve/flags.ts';
import { createGoing, type Going } from '../serve/going.ts';
import { createPruning } from '../serve/pruning.ts';
import { createService } from '../serve/service.ts';
import { withChains } from '../serve/with-chains.ts';
import { openTelemetry } from '../telemetry/open.ts';

/** Serves chains to the client on stdin and stdout until it has gone or a signal comes; what runs is then ended. */
export async function serveOnStdio(call: Call): Promise<void> {
  const flags = stdioFlags(call);
  await withChains(call, flags, async (ready) => {
    const going = createGoing(flags);
    const tell = (code: string) => (sentence: string) => void call.err.write(`warning[${code}]: ${sentence}\n`);
    const telemetry = await openTelemetry(call, { refused: tell('PC2110'), lost: tell('PC6201') });
    const service = createService({ call, going, observer: NOBODY, prune: createPruning(call), telemetry }, flags, ready);
    const { stdin, stdout } = call.process;
    const complain = (error: Error): void => {
      if (call.globals.verbose) void call.err.write(`not a message: ${error.message}\n`);
    };
    let release = (): void => undefined;
    const signal = new Promise<Interrupted>((resolve) => {
      release = onSignals(call.process, resolve);
    });
    const served = serveStdio(service, { stdin, stdout, complain, version: packageVersion() });
    const reason = await Promise.race([served, signal]);
    for (const run of going.all()) run.abort(reason === undefined ? 'gone' : 'stopping');
    await ended(going);
    await telemetry?.close(TRACES_MS);
    stdin.destroy();
    release();
  });
}

/** What HTTP has besides is nothing here. */
function stdioFlags(call: Call): ServeFlags {
  return serveFlags({
    ...call,
    options: { allowHost: [], allowOrigin: [], allowOverride: [], maxRuns: MOST_RUNS, ...call.options },
  });
}

const MOST_RUNS = 100;
const NOBODY = { began: () => undefined, ended: () => undefined };

/** An aborted run is given up after 800 ms. */
const ABORT_MS = 2000;
const TRACES_MS = 2000;

async function ended(going: Going): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ABORT_MS);
  });
  await Promise.race([going.none(), limit]);
  clearTimeout(timer);
}
