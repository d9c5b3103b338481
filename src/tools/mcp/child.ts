import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { familyOf, type Member, signalAll, survivors } from './family.ts';
import { watch } from './watchdog.ts';

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A server's process and all it starts, in a process group and a session of its own. */
export interface Child {
  readonly stdin: ChildProcessWithoutNullStreams['stdin'];
  readonly stdout: ChildProcessWithoutNullStreams['stdout'];
  readonly stderr: ChildProcessWithoutNullStreams['stderr'];
  /** Resolves when it runs; rejects with the system's error when it cannot be started. */
  readonly started: Promise<void>;
  /** Resolves with `exit code 1` or `signal SIGKILL` once it has ended. */
  readonly exited: Promise<string>;
  /**
   * Ends it and everything it started: its input is closed, a second later all are asked to end, a second later made to.
   * Resolves when nothing is left. `hurry`: with a quarter of that time.
   */
  end(hurry?: boolean): Promise<void>;
}

export function startChild({ command, args, cwd, env }: ChildOptions): Child {
  const child = spawn(command, args, { cwd, env, detached: process.platform !== 'win32', windowsHide: true });
  const { pid } = child;
  const dog = pid === undefined ? undefined : watch(pid);
  const started = new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  started.catch(() => undefined);
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
    child.once('error', () => resolve('no start'));
  });
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => undefined);
  let ending: Promise<void> | undefined;
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    started,
    exited,
    end(hurry = false) {
      ending ??= endAll(child, pid, hurry ? 0.25 : 1).finally(async () => {
        child.stdin.destroy();
        child.stdout.destroy();
        child.stderr.destroy();
        await dog?.release();
      });
      return ending;
    },
  };
}

async function endAll(child: ChildProcess, pid: number | undefined, patience: number): Promise<void> {
  if (pid === undefined) return;
  if (process.platform === 'win32') return endOnWindows(child);
  let members = familyOf(pid);
  child.stdin?.end();
  for (const [signal, waitMs] of STAGES) {
    members = await remaining(child, pid, members, waitMs * patience);
    if (members.length === 0) return;
    signalAll(members, signal);
  }
  await remaining(child, pid, members, LAST_WAIT_MS);
}

/** What is done with those that live on, and how long they were given before. */
const STAGES: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGTERM', 1_000],
  ['SIGKILL', 1_000],
  ['SIGKILL', 200],
];
const LAST_WAIT_MS = 500;
const ORPHANS_WAIT_MS = 200;
const POLL_MS = 25;

/** Waits until the process has ended and looks who is left; what it leaves behind is given less time than itself. */
async function remaining(
  child: ChildProcess,
  pid: number,
  before: readonly Member[],
  waitMs: number,
): Promise<readonly Member[]> {
  const until = performance.now() + waitMs;
  await exitWithin(child, waitMs);
  const orphansUntil = Math.min(until, performance.now() + ORPHANS_WAIT_MS);
  for (;;) {
    const left = survivors(pid, before);
    if (left.length === 0 || performance.now() >= orphansUntil) return left;
    await delay(POLL_MS);
  }
}

function exitWithin(child: ChildProcess, waitMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, waitMs);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** There are no groups there: the process itself is ended, and its pipes close for what it started. */
async function endOnWindows(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  await exitWithin(child, 1_000);
  child.kill();
  await exitWithin(child, 1_000);
}
