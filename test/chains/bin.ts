import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { packageDir } from '../package/package-dir.ts';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A place to run the real program in: its own home, nothing of the environment but what is given here. */
export interface Sandbox extends AsyncDisposable {
  run(args: readonly string[], options?: { stdin?: string; env?: Readonly<Record<string, string>> }): Promise<Ended>;
}

export async function openSandbox(env: Readonly<Record<string, string>> = {}): Promise<Sandbox> {
  const home = await mkdtemp(join(tmpdir(), 'promptchain-examples-'));
  return {
    run: (args, options = {}) => runBin(args, options.stdin, { HOME: home, PROMPTCHAIN_HOME: home, ...env, ...options.env }),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}

async function runBin(args: readonly string[], stdin: string | undefined, env: Readonly<Record<string, string>>): Promise<Ended> {
  const child = spawn(process.execPath, [join(packageDir, 'bin/promptchain.js'), ...args], {
    cwd: packageDir,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: 'pipe',
  });
  // A program that does not read its input closes the pipe early: that is for the assertions to judge.
  child.stdin.on('error', () => undefined).end(stdin ?? '');
  const closed = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, stdout, stderr };
}
