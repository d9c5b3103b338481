import { setMaxListeners } from 'node:events';
import { Interrupted, type ToolError } from '../../core/errors.ts';
import type { ServerSpec } from '../../core/tool.ts';
import { abortable } from '../../lib/abortable.ts';
import type { Definition } from './definitions.ts';
import { CallLost, closedByUs, startTooLong } from './failures.ts';
import { LOG_LINES, START_MS } from './limits.ts';
import { listTools } from './list-tools.ts';
import { openSession, type Session } from './session.ts';
import type { World } from './world.ts';

/** A server over all its sessions: one that died is started again, once. */
export interface Connection {
  /** The latest session, dead or alive. */
  session(): Session;
  tools(): readonly Definition[];
  notes(): readonly string[];
  restarts(): number;
  /** A session that lives: the present one, or the one that replaces it. Throws why there is none. */
  alive(signal: AbortSignal): Promise<Session>;
  /** Gives up a session that the server has forgotten, so that `alive` opens another; costs no restart. */
  forget(session: Session): void;
  close(): Promise<void>;
}

export async function connect(spec: ServerSpec, world: World): Promise<Connection> {
  const lifetime = new AbortController();
  const log = boundedLog(world);
  const inner: World = { ...world, signal: lifetime.signal, log };
  let restarts = 0;
  let forgotten: Session | undefined;
  let opening: Promise<Session> | undefined;
  let closing: Promise<void> | undefined;
  let connection: Connection | undefined;
  const endNow = () => {
    lifetime.abort(world.signal.reason);
    void connection?.close();
  };
  world.signal.throwIfAborted();
  // Every server of a run listens to the same signal, and Node takes more than ten for a leak.
  setMaxListeners(0, world.signal);
  world.signal.addEventListener('abort', endNow, { once: true });
  let current = await open().catch((error) => {
    world.signal.removeEventListener('abort', endNow);
    throw error;
  });

  async function open(): Promise<Opened> {
    let changed = false;
    let relist = () => {
      changed = true;
    };
    const session = await openSession(spec, inner, () => relist());
    try {
      const listed = await listWithin(session, spec, lifetime.signal);
      relist = relister(session);
      if (changed) relist();
      for (const note of listed.notes) log(note);
      return { session, ...listed };
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** Lists again when told to; what comes while it does so is answered with one list more, and no more often than once a second. */
  function relister(session: Session): () => void {
    let wanted = false;
    let busy = false;
    const run = async () => {
      busy = true;
      while (wanted && session.alive()) {
        wanted = false;
        try {
          const listed = await listWithin(session, spec, lifetime.signal);
          if (current.session !== session) break;
          current = { session, ...listed };
          world.onToolsChanged?.();
        } catch (error) {
          if (!lifetime.signal.aborted) log(`the changed list of tools could not be read: ${(error as Error).message}`);
        }
        await world.io.clock.sleep(RELIST_MS, lifetime.signal).catch(() => undefined);
      }
      busy = false;
    };
    return () => {
      wanted = true;
      if (!busy) void run();
    };
  }

  async function reopen(): Promise<Session> {
    const old = current.session;
    const lost = forgotten === old;
    if (!lost && restarts >= MOST_RESTARTS) throw gone(old.death());
    if (!lost) restarts += 1;
    await old.close();
    if (!lost) await world.io.clock.sleep(BACKOFF_MS * (0.5 + world.io.random()), lifetime.signal);
    current = await open();
    log(lost ? 'opened a new session' : 'started again');
    world.onToolsChanged?.();
    return current.session;
  }

  connection = {
    session: () => current.session,
    tools: () => current.tools,
    notes: () => current.notes,
    restarts: () => restarts,
    forget(session) {
      if (session === current.session) forgotten = session;
    },
    async alive(signal) {
      if (closing !== undefined) throw closedByUs(spec.name);
      if (opening === undefined && current.session.alive() && forgotten !== current.session) return current.session;
      opening ??= reopen().finally(() => {
        opening = undefined;
      });
      return abortable(opening, signal);
    },
    close() {
      closing ??= (async () => {
        world.signal.removeEventListener('abort', endNow);
        lifetime.abort(closedByUs(spec.name));
        await opening?.catch(() => undefined);
        await current.session.close(world.signal.reason instanceof Interrupted);
      })();
      return closing;
    },
  };
  if (world.signal.aborted) {
    await connection.close();
    throw world.signal.reason;
  }
  return connection;
}

interface Opened {
  readonly session: Session;
  readonly tools: readonly Definition[];
  readonly notes: readonly string[];
}

const MOST_RESTARTS = 1;
const BACKOFF_MS = 500;
const RELIST_MS = 1_000;

/** A server that never stops talking is heard for a while. */
function boundedLog({ log }: World): World['log'] {
  let lines = 0;
  return (line) => {
    lines += 1;
    if (lines < LOG_LINES) log(line);
    else if (lines === LOG_LINES) log('more of what this server says is not shown');
  };
}

/** All pages together within the time a start may take. */
async function listWithin(session: Session, spec: ServerSpec, signal: AbortSignal) {
  const limitMs = spec.startTimeoutMs ?? START_MS;
  const late = new AbortController();
  const stop = () => late.abort(signal.reason);
  const timer = setTimeout(() => late.abort(startTooLong(spec.name, limitMs, session.lastLines())), limitMs);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await listTools(session, spec.name, late.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** The server never saw the call that finds it dead. */
function gone(death: ToolError): CallLost {
  const { message, code, help } = death;
  return new CallLost(
    `${message.split('\n', 1)[0]} again, and is not started a third time${message.slice(message.split('\n', 1)[0]?.length)}`,
    {
      code,
      help,
      reached: 'no',
      cause: death,
    },
  );
}
