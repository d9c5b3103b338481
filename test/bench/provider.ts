import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageDir } from '../package/package-dir.ts';
import type { Taken } from './server.ts';

/** How often the model `agent` calls a tool before it answers. */
export const CALLS = 20;

/** Starts `server.ts` as a process of its own, so that what it costs is not ours. */
export async function startServer(): Promise<{ readonly url: string; taken(): Promise<readonly Taken[]>; stop(): void }> {
  const child = spawn(process.execPath, [join(packageDir, 'build/test/bench/server.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<string>((resolve, reject) => {
    child.once('error', reject).once('exit', () => reject(new Error('the provider ended')));
    child.stdout.setEncoding('utf8').once('data', resolve);
  });
  const origin = `http://127.0.0.1:${port.trim()}`;
  return {
    url: `${origin}/v1`,
    taken: async () => (await (await fetch(`${origin}/taken`)).json()) as Taken[],
    stop: () => void child.kill(),
  };
}
