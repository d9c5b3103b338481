import { spawn } from 'node:child_process';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end with that environment and nothing else. */
export function run(
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv; readonly input?: string },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: options.cwd, env: { PATH: process.env.PATH, ...options.env }, stdio: 'pipe' });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (text) => (said[name] += text));
    child.once('error', reject).once('close', (code) => resolve({ code, ...said }));
    child.stdin.end(options.input ?? '');
  });
}

/** Runs Node. */
export function node(args: readonly string[], options: Parameters<typeof run>[2]): Promise<Ended> {
  return run(process.execPath, args, options);
}
