import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a finished process left: its exit, and the lines it wrote. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly string[];
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}

/** Starts `writer.js` with these arguments. */
export function start(...args: readonly (string | number)[]): Running {
  return spawnWriter([], args, {});
}

/** The same with a fault at the nth call that changes files: see `interfere.ts`. */
export function startWithFault(fault: string, nth: number, ...args: readonly (string | number)[]): Running {
  const hook = new URL('interfere.js', import.meta.url).href;
  return spawnWriter(['--import', hook], args, { INTERFERE_AT: String(nth), INTERFERE_WITH: fault });
}

/** The same on a file system that has neither links nor modes, such as FAT. */
export function startOnFat(...args: readonly (string | number)[]): Running {
  const hook = new URL('interfere.js', import.meta.url).href;
  return spawnWriter(['--import', hook], args, { INTERFERE_ALWAYS: 'linkSync fchmodSync chmodSync', INTERFERE_WITH: 'EPERM' });
}

function spawnWriter(options: readonly string[], args: readonly (string | number)[], env: NodeJS.ProcessEnv): Running {
  const program = fileURLToPath(new URL('writer.js', import.meta.url));
  const child = spawn(process.execPath, [...options, program, ...args.map(String)], { stdio: ['ignore', 'pipe', 'pipe'], env });
  return { child, finished: finish(child) };
}

/** Resolves once the process has written its first line. */
export async function firstLine({ child }: Running): Promise<void> {
  if (child.stdout !== null) await once(child.stdout, 'data');
}

async function finish(child: ChildProcess): Promise<Finished> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code, signal] = await once(child, 'close');
  return { code, signal, lines: stdout.split('\n').slice(0, -1), stderr };
}
