import { cpus } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { packageDir } from '../../package/package-dir.ts';
import type { WorldResult } from '../../promptworld/run.ts';

export interface Job {
  readonly family: string;
  readonly seed: number;
  readonly rollouts: number;
  readonly method: string;
  /** Rows of the sealed test. */
  readonly test?: number;
}

/** Runs the jobs on every processor; results keep their order. */
export async function runJobs<J extends Job>(jobs: readonly J[]): Promise<(J & WorldResult)[]> {
  const results = new Array<J & WorldResult>(jobs.length);
  const waiting = jobs.entries();
  await Promise.all(
    Array.from({ length: cpus().length }, async () => {
      const worker = new Worker(join(packageDir, 'build/test/bench/engineer/worker.js'));
      try {
        for (const [index, job] of waiting) results[index] = { ...job, ...(await answerOf(worker, job)) };
      } finally {
        await worker.terminate();
      }
    }),
  );
  return results;
}

function answerOf(worker: Worker, job: Job): Promise<WorldResult> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (result: WorldResult) => {
      worker.off('error', reject);
      resolve(result);
    });
    worker.postMessage(job);
  });
}
