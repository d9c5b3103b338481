import { dollars } from '../lib/dollars.ts';
import type { Paint } from './paint.ts';
import { duration } from './words.ts';

export interface Figures {
  readonly counts: { readonly passed: number; readonly failed: number; readonly error: number; readonly not_run: number };
  readonly score: number | null;
  readonly threshold: number | undefined;
  readonly metrics: { readonly [name: string]: number };
  readonly costUsd: number | null;
  readonly durationMs: number;
  readonly met: boolean;
}

/** The last line of an evaluation: how many cases passed, and the score. */
export function figuresLine({ counts, score, threshold, metrics, costUsd, durationMs, met }: Figures, paint: Paint): string {
  const { passed, failed, error, not_run: notRun } = counts;
  const all = passed + failed + error + notRun;
  const cases = [
    `${passed} of ${all} ${all === 1 ? 'case' : 'cases'} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(error > 0 ? [`${error} without a verdict`] : []),
    ...(notRun > 0 ? [`${notRun} not run`] : []),
  ].join(', ');
  const wanted = threshold === undefined ? '' : ` (threshold ${threshold})`;
  const own = Object.entries(metrics).map(([name, value]) => `${name} ${value.toFixed(2)}`);
  const notes = [
    ...(score === null ? [] : [`score ${score.toFixed(2)}${wanted}`]),
    ...own,
    duration(durationMs),
    ...(costUsd === null ? ['cost unknown'] : costUsd === 0 ? [] : [dollars(costUsd)]),
  ];
  const mark = met && error + notRun === 0 ? paint.green : paint.red;
  return `${mark(paint.bold(cases))} · ${notes.join(' · ')}\n`;
}
