import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { packageDir } from '../package/package-dir.ts';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string | Buffer;
  /** Every chain is trusted unless `PROMPTCHAIN_TRUST` says otherwise here. */
  readonly env?: Readonly<Record<string, string>>;
  /** Relative to the sandbox's folder. */
  readonly cwd?: string;
}

/** A folder to run the real program in, with a home of its own and nothing of the environment but what is given. */
export interface Sandbox extends Disposable {
  readonly dir: string;
  path(name: string): string;
  /** Writes files; a name that ends with `/` is a folder. */
  write(files: Readonly<Record<string, string | Buffer>>): void;
  run(args: readonly string[], options?: RunOptions): Promise<Ended>;
}

export function openSandbox(files: Readonly<Record<string, string | Buffer>> = {}): Sandbox {
  const root = mkdtempSync(join(tmpdir(), 'promptchain-test-'));
  const dir = join(root, 'work');
  const home = join(root, 'home');
  mkdirSync(dir);
  const sandbox: Sandbox = {
    dir,
    path: (name) => join(dir, name),
    write(more) {
      for (const [name, content] of Object.entries(more)) writeAt(join(dir, name), name, content);
    },
    run: (args, { stdin = '', env = {}, cwd = '.' } = {}) =>
      runBin(args, {
        stdin,
        cwd: join(dir, cwd),
        env: { HOME: home, PROMPTCHAIN_HOME: join(home, 'promptchain'), PROMPTCHAIN_TRUST: 'always', ...env },
      }),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
  sandbox.write(files);
  return sandbox;
}

function writeAt(path: string, name: string, content: string | Buffer): void {
  mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true });
  if (!name.endsWith('/')) writeFileSync(path, content);
}

async function runBin(args: readonly string[], options: Required<RunOptions>): Promise<Ended> {
  const child = spawn(process.execPath, [join(packageDir, 'bin/promptchain.js'), ...args], {
    cwd: options.cwd,
    env: { PATH: process.env.PATH ?? '', ...options.env },
    stdio: 'pipe',
  });
  // A program that does not read its input closes the pipe early: that is for the assertions to judge.
  child.stdin.on('error', () => undefined).end(options.stdin);
  const closed = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, stdout, stderr };
}
