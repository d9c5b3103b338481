import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageDir } from '../package/package-dir.ts';

/** One program to measure: its arguments to Node, and its environment. */
export interface Contender {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** One run of it, in milliseconds from just before the process was started. */
export interface Run {
  readonly wholeMs: number;
  /** The first byte on stdout; NaN when there was none. */
  readonly firstMs: number;
  /** Of all its threads, user and system; NaN unless asked for. */
  readonly cpuMs: number;
  readonly stdout: string;
}

/**
 * Runs every contender in turn, `rounds` times, so that what else the machine does meets all alike; the first round only
 * warms the disk and what the programs keep, and does not count. `note` sees each run as it ends. `cpu` has each program tell
 * the processor time it used, which costs all of them a little: wall times are not to be taken from such runs.
 */
export async function measure(
  contenders: readonly Contender[],
  rounds: number,
  options: { readonly cwd: string; readonly cpu?: boolean; note?(name: string, run: Run): Promise<void> },
): Promise<Map<string, Run[]>> {
  const runs = new Map<string, Run[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const contender of contenders) {
      const run = await time(contender, options);
      if (round > 0) runs.get(contender.name)?.push(run);
      await options.note?.(contender.name, run);
    }
  }
  return runs;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/**
 * Each value over the value the limit had in the same round, and the median of that: what slows the machine down for a while
 * slows down both.
 */
export function pairedRatio(values: readonly number[], limits: readonly number[]): number {
  return median(values.map((value, round) => value / (limits[round] ?? Number.NaN)));
}

const TELL_CPU = join(packageDir, 'test/fixtures/bench/tell-cpu.cjs');

function time({ name, args, env }: Contender, { cwd, cpu = false }: { cwd: string; cpu?: boolean }): Promise<Run> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    let firstMs = Number.NaN;
    let stdout = '';
    let stderr = '';
    let told = '';
    const child = spawn(process.execPath, cpu ? ['--require', TELL_CPU, ...args] : args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe', cpu ? 'pipe' : 'ignore'],
    });
    child.stdio[3]?.on('data', (text: Buffer) => {
      told += text;
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (stdout === '') firstMs = performance.now() - start;
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject).once('close', (code) => {
      const wholeMs = performance.now() - start;
      if (code === 0) resolve({ wholeMs, firstMs, cpuMs: cpu ? Number(told) : Number.NaN, stdout });
      else reject(new Error(`${name} ended with ${code}: ${stderr}`));
    });
  });
}
