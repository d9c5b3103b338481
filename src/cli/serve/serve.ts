import type { Interrupted } from '../../core/errors.ts';
import { createApp } from '../../serve/app.ts';
import { type Chat, createChat } from '../../serve/chat/chat.ts';
import { chatErrors } from '../../serve/chat/error-of.ts';
import { CHAT_LIMITS } from '../../serve/chat/limits.ts';
import { createGuard } from '../../serve/guards/index.ts';
import { type Listening, listen } from '../../serve/listen.ts';
import { createMetrics } from '../../serve/metrics/metrics.ts';
import type { ServerState } from '../../serve/state.ts';
import type { Call } from '../command.ts';
import { stackOf } from '../explain.ts';
import { packageVersion } from '../package-dir.ts';
import { onSignals } from '../run/signals.ts';
import { openTelemetry } from '../telemetry/open.ts';
import { createAccessLog } from './access-log.ts';
import type { ServeFlags } from './flags.ts';
import { createGoing, type Going } from './going.ts';
import { readPage } from './page.ts';
import { createPruning } from './pruning.ts';
import type { ReadyChain } from './ready.ts';
import { createService } from './service.ts';
import { servedShapes } from './shapes.ts';

/** Serves until a signal says to stop; then what runs is given some time, and ended. */
export async function serveUntilStopped(
  call: Call,
  flags: ServeFlags,
  { ready, token }: { readonly ready: readonly ReadyChain[]; readonly token: string | undefined },
): Promise<void> {
  const closing = new AbortController();
  const log = createAccessLog(call);
  const metrics = createMetrics(ready.map(({ chain }) => chain.name));
  const going = createGoing(flags);
  const observer = {
    began: metrics.runBegan,
    ended(chain: string, result: Parameters<typeof log.run>[0]) {
      metrics.runEnded(chain, result);
      log.run(result);
    },
  };
  const state: ServerState = {
    closing: closing.signal,
    metrics,
    heartbeatMs: flags.heartbeatMs,
    page: readPage(call.io.packageDir),
    version: packageVersion(),
    shapes: servedShapes,
    needsToken: token !== undefined,
    report: (error) => void call.err.write(`error[PC0001]: ${call.globals.debug ? stackOf(error) : String(error)}\n`),
  };
  const tell = (code: string) => (sentence: string) => void call.err.write(`warning[${code}]: ${sentence}\n`);
  const telemetry = await openTelemetry(call, { refused: tell('PC2110'), lost: tell('PC6201') });
  const service = createService({ call, going, observer, prune: createPruning(call), telemetry }, flags, ready);
  const app = createApp(service, state);
  const chat = createChat({
    chains: ready.map(({ chain }) => chain.name),
    conversations: service.conversations,
    limits: { ...CHAT_LIMITS, frameBytes: flags.maxBodyBytes, stallMs: flags.dropAfterMs },
    errorOf: chatErrors(state.report),
  });
  const listening = await listen(app, {
    host: flags.host,
    port: flags.port,
    headTimeoutMs: flags.requestTimeoutMs,
    stallMs: flags.dropAfterMs,
    guard: createGuard({ ...flags, token, rate: flags.rate, now: call.io.clock.elapsed }),
    body: { maxBytes: flags.maxBodyBytes, timeoutMs: flags.requestTimeoutMs },
    allowOrigins: flags.allowOrigins,
    isClosing: () => closing.signal.aborted,
    upgrade: chat.upgrade,
    upgraded() {
      metrics.request('/chat/:name', 101);
      return metrics.opened('websocket');
    },
    answered({ refused, ...request }) {
      const { status = 0 } = request;
      if (refused && status >= 400) metrics.request('refused', status);
      log.request(request);
    },
  });
  await call.err.write(`serving ${ready.map(({ chain }) => chain.name).join(', ')} at ${listening.url}\n`);
  const { reason, release } = await toldToStop(call);
  closing.abort(reason);
  await stop(call, flags, { listening, chat, going, reason });
  await telemetry?.close(TRACES_MS);
  release();
}

async function toldToStop(call: Call): Promise<{ readonly reason: Interrupted; release(): void }> {
  let release = (): void => undefined;
  const reason = await new Promise<Interrupted>((resolve) => {
    release = onSignals(call.process, resolve);
  });
  return { reason, release };
}

interface Stopping {
  readonly listening: Listening;
  readonly chat: Chat;
  readonly going: Going;
  readonly reason: Interrupted;
}

/**
 * What runs may end by itself for a while; then it is ended, its journal tells so, and what is still connected is cut off. The
 * port is kept until nothing runs: who watches the server is told that it is stopping, and who asks is told when to come again.
 */
async function stop(
  { err, globals }: Call,
  { graceMs }: ServeFlags,
  { listening, chat, going, reason }: Stopping,
): Promise<void> {
  const farewell = chat.finish();
  const running = going.all().length;
  if (running > 0 && !globals.quiet) {
    await err.write(`${reason.message}: ${running === 1 ? '1 run has' : `${running} runs have`} ${graceMs / 1000} s to end\n`);
  }
  await within(going.none(), graceMs);
  for (const run of going.all()) run.abort('stopping');
  await within(going.none(), ABORT_MS);
  const closed = Promise.all([listening.close(), farewell]);
  // The last events are on their way to clients that read.
  await within(closed, FLUSH_MS);
  listening.cut();
  await within(Promise.all([going.none(), closed]), ABORT_MS);
}

/** An aborted run is given up after 800 ms. */
const ABORT_MS = 2000;
const FLUSH_MS = 500;
/** For the traces of the last runs to leave. */
const TRACES_MS = 2000;

async function within(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
