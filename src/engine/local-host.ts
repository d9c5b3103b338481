import { createHash, randomUUID } from 'node:crypto';
import { Failure, ToolError } from '../core/errors.ts';
import type { StepEvent, StepFailed } from '../core/event.ts';
import type { Branch, Entry, Host, Recorded, StepExecution, WaitOptions } from '../core/host.ts';
import type { Io } from '../core/io.ts';
import type { Json } from '../core/json.ts';
import { NO_USAGE } from '../core/model.ts';
import { merge } from '../lib/merge.ts';

export interface LocalHostOptions {
  readonly runId: string;
  readonly io: Io;
  /** What an earlier part of this run recorded, by journal path, and the failures it went on after. */
  readonly recorded?: ReadonlyMap<string, Recorded> | undefined;
  readonly failures?: ReadonlyMap<string, StepFailed> | undefined;
  /** Those records are of another run. */
  readonly borrowed?: boolean | undefined;
  /** Who answers `waitSignal`; without one nobody does. */
  readonly receive?: ((question: string, signal: AbortSignal) => Promise<Json>) | undefined;
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
  const { runId, io, recorded, failures } = options;
  let branching = false;
  const enter = () => {
    if (branching) throw besideBranches();
    admit();
  };
  return {
    runId,
    async *step<R extends Recorded>(entry: Entry, work: (execution: StepExecution) => AsyncGenerator<StepEvent, R>) {
      enter();
      const known = entry.stale ? undefined : (recorded?.get(entry.path) as R | undefined);
      const reused = known !== undefined && known.completed.fingerprint === entry.fingerprint;
      const record = reused ? (options.borrowed ? forNothing(known) : known) : yield* work(executionOf(options, entry.path));
      yield record.completed;
      return { record, reused };
    },
    failure: (path) => failures?.get(path),
    async *child(_path, call, signal) {
      enter();
      return yield* call.run(createLocalHost(options), signal);
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
    waitSignal: (_name, how) => waitSignal(options, how),
  };
}

/** What another run did has cost this one nothing. */
function forNothing<R extends Recorded>(record: R): R {
  const { completed } = record;
  if (completed.type === 'tool.completed') return { ...record, completed: { ...completed, reused: true } };
  return { ...record, completed: { ...completed, reused: true, usage: NO_USAGE, cost_usd: 0 } };
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

async function waitSignal(options: LocalHostOptions, { question, signal: parent, timeoutMs }: WaitOptions): Promise<Json | null> {
  const done = new AbortController();
  const signal = AbortSignal.any([parent, done.signal]);
  try {
    if (options.receive === undefined) {
      if (timeoutMs === undefined) throw nobodyToAsk(question);
      return await options.io.clock.sleep(timeoutMs, signal).then(() => null);
    }
    const answer = options.receive(question, signal);
    if (timeoutMs === undefined) return await answer;
    return await firstOf<Json | null>(
      answer,
      options.io.clock.sleep(timeoutMs, signal).then(() => null),
    );
  } finally {
    done.abort();
  }
}

function nobodyToAsk(question: string): ToolError {
  const [line = ''] = question.trim().split('\n');
  return new ToolError(`nobody can be asked here: ${line.length > 100 ? `${line.slice(0, 97)}...` : line}`, {
    code: 'PC7065',
    reason: 'needs_human',
    help: 'run it in a terminal, or answer with --approve auto',
  });
}

function firstOf<T>(a: Promise<T>, b: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    a.then(resolve, reject);
    b.then(resolve, reject);
  });
}
