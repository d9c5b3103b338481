import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageDir } from '../package/package-dir.ts';
import type { Sandbox } from './sandbox.ts';

const BIN = join(packageDir, 'bin/promptchain.js');

export interface Live {
  readonly child: ChildProcess;
  /** Resolves once stdout, or stderr, contains the text, so many times. Rejects when the process ends before, and after 30 seconds. */
  saw(stream: 'stdout' | 'stderr', text: string, times?: number): Promise<void>;
  /** What it has written so far. */
  seen(stream: 'stdout' | 'stderr'): string;
  readonly ended: Promise<{
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
}

export interface LiveOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdio?: StdioOptions;
}

/** A process that a test talks to while it runs. Its stdin stays open until the test closes it. */
export function start(sandbox: Sandbox, args: readonly string[], { env = {}, stdio = 'pipe' }: LiveOptions = {}): Live {
  return watch(spawn(process.execPath, [BIN, ...args], { cwd: sandbox.dir, env: environment(sandbox, env), stdio }));
}

/** A shell command line in which `"$PROMPTCHAIN"` is the program, for redirections that only a shell makes. */
export function shell(sandbox: Sandbox, script: string, { env = {}, stdio = 'pipe' }: LiveOptions = {}): Live {
  const own = { ...environment(sandbox, env), NODE: process.execPath, BIN };
  return watch(spawn('sh', ['-c', `promptchain() { "$NODE" "$BIN" "$@"; }\n${script}`], { cwd: sandbox.dir, env: own, stdio }));
}

/** The same on a terminal of 80 columns, made by `script` of util-linux; its output is what the terminal was sent. */
export function onTerminal(
  sandbox: Sandbox,
  commandLine: string,
  { env = {}, columns = 80 }: LiveOptions & { readonly columns?: number } = {},
): Live {
  const own = { ...environment(sandbox, { TERM: 'xterm', ...env }), NODE: process.execPath, BIN, SHELL: '/bin/sh' };
  const line = `${columns === 0 ? '' : `stty cols ${columns};`} promptchain() { "$NODE" "$BIN" "$@"; }; ${commandLine}`;
  return watch(spawn('script', ['-qefc', line, '/dev/null'], { cwd: sandbox.dir, env: own, stdio: 'pipe' }));
}

function environment(sandbox: Sandbox, env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const home = join(sandbox.dir, '../home');
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    PROMPTCHAIN_HOME: join(home, 'promptchain'),
    PROMPTCHAIN_TRUST: 'always',
    ...env,
  };
}

function watch(child: ChildProcess): Live {
  const text = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  let over = false;
  const wake = (): void => {
    for (const look of waiting) look();
  };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (more: string) => {
      text[name] += more;
      wake();
    });
  }
  child.stdin?.on('error', () => undefined);
  const ended = new Promise<Awaited<Live['ended']>>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      over = true;
      wake();
      resolve({ code, signal, ...text });
    });
  });
  return {
    child,
    ended,
    seen: (stream) => text[stream],
    saw: (stream, wanted, times = 1) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (text[stream].split(wanted).length > times) resolve();
          else if (over) reject(new Error(`ended without "${wanted}" on ${stream}:\n${text.stdout}\n${text.stderr}`));
          else return;
          clearTimeout(limit);
          waiting.delete(look);
        };
        const limit = setTimeout(() => {
          waiting.delete(look);
          child.kill('SIGKILL');
          reject(new Error(`no "${wanted}" on ${stream} after ${LONGEST_MS} ms:\n${text.stdout}\n${text.stderr}`));
        }, LONGEST_MS);
        waiting.add(look);
        look();
      }),
  };
}

const LONGEST_MS = 30_000;
