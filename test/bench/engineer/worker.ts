import { parentPort } from 'node:worker_threads';
import { ALGORITHMS } from '../../../src/engineer/optimize.ts';
import { resultIn } from '../../promptworld/run.ts';
import { fewshot, hill } from './baselines.ts';
import type { Job } from './jobs.ts';

/** Methods that are shown the right answers of their rows, whatever the feedback of the world says. */
const SEES_ANSWERS = new Set(['opro', 'random', 'fewshot']);
const METHODS = [...ALGORITHMS, hill, fewshot];

parentPort?.on('message', async ({ method, ...job }: Job) => {
  const algorithm = METHODS.find(({ name }) => name === method);
  if (algorithm === undefined) throw new Error(`no method is called ${method}`);
  parentPort?.postMessage(await resultIn({ ...job, algorithm, answers: SEES_ANSWERS.has(method) }));
});
