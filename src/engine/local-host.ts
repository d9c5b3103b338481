import { createHash, randomUUID } from 'node:crypto';
import { Failure } from '../core/errors.ts';
import type { StepEvent } from '../core/event.ts';
import type { Branch, ChildCall, Host, Recorded, StepExecution } from '../core/host.ts';
import type { Io } from '../core/io.ts';
import type { Json } from '../core/json.ts';
import type { StepOutcome } from '../core/step.ts';
import { merge } from '../lib/merge.ts';

export interface LocalHostOptions {
  readonly runId: string;
  readonly io: Io;
  /** What an earlier part of this run recorded, by journal path. */
  readonly recorded?: ReadonlyMap<string, Recorded> | undefined;
  /** The interpreter, for `child`. */
  readonly interpret: (call: ChildCall, path: string, host: Host, signal: AbortSignal) => AsyncGenerator<StepEvent, StepOutcome>;
  /** Who answers `waitSignal`; without one nobody does. */
  readonly receive?: (name: string, signal: AbortSignal) => Promise<Json>;
}

/**
 * The host for one process. It writes nothing itself: the reader of the event stream puts a step's `step.completed` into the
 * journal before it pulls the next event, and that line is what `recorded` holds when the run is taken up again.
 */
export function createLocalHost(options: LocalHostOptions): Host {
  return createHost(options, () => undefined);
}

/** `admit` is asked before each entry and throws when this host may not make it. */
function createHost(options: LocalHostOptions, admit: () => void): Host {
  const { runId, io, recorded } = options;
  let branching = false;
  const enter = () => {
    if (branching) throw besideBranches();
    admit();
  };
  return {
    runId,
    async *step<R extends Recorded>(path: string, work: (execution: StepExecution) => AsyncGenerator<StepEvent, R>) {
      enter();
      const known = recorded?.get(path) as R | undefined;
      const result = known ?? (yield* work(executionOf(options, path)));
      yield result.completed;
      return result;
    },
    async *child(path, call, signal) {
      enter();
      return yield* options.interpret(call, path, createLocalHost(options), signal);
    },
    async *all<T>(branches: readonly Branch<T>[], how: { readonly concurrency: number; readonly signal: AbortSignal }) {
      enter();
      branching = true;
      try {
        return yield* merge<StepEvent, T>(
          branches.map((branch) => (signal) => branch(createHost(options, onlyOnce()), signal)),
          how,
        );
      } finally {
        branching = false;
      }
    },
    sleep: (ms, signal) => io.clock.sleep(ms, signal),
    now: async () => io.clock.now(),
    uuid: async () => randomUUID(),
    waitSignal: (name, how) => waitSignal(options, name, how),
  };
}

/** Stable over attempts and restarts of a run, and tells nothing about it. */
function executionOf(options: LocalHostOptions, path: string): StepExecution {
  const idempotencyKey = createHash('sha256').update(`${options.runId}/${path}`).digest('hex').slice(0, 32);
  return { idempotencyKey, host: createLocalHost(options) };
}

/** Engines that number their entries recover a branch only if it is one entry: hold chains to that here, where it would work. */
function onlyOnce(): () => void {
  let used = false;
  return () => {
    if (used) throw new Failure('a branch of all() may run one step or one child', { code: 'PC0003', reason: 'internal' });
    used = true;
  };
}

function besideBranches(): Failure {
  return new Failure('a step was started beside all() in the same journal scope', { code: 'PC0003', reason: 'internal' });
}

async function waitSignal(
  options: LocalHostOptions,
  name: string,
  how: { readonly timeoutMs?: number; readonly signal: AbortSignal },
): Promise<Json | null> {
  const done = new AbortController();
  const signal = AbortSignal.any([how.signal, done.signal]);
  const answer = options.receive?.(name, signal);
  try {
    if (how.timeoutMs === undefined) return (await answer) ?? null;
    const nothing = options.io.clock.sleep(how.timeoutMs, signal).then(() => null);
    return await (answer === undefined ? nothing : firstOf<Json | null>(answer, nothing));
  } finally {
    done.abort();
  }
}

function firstOf<T>(a: Promise<T>, b: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    a.then(resolve, reject);
    b.then(resolve, reject);
  });
}
