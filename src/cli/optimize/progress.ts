import type { OptimizeEvent } from '../../engineer/events.ts';
import { dollars } from '../../lib/dollars.ts';
import { colorLevel } from '../../terminal/paint.ts';
import { canSpin, NO_SPINNER, openSpinner } from '../../terminal/spinner.ts';
import type { Call } from '../command.ts';

/** Tells on stderr how far an optimisation is: a bar of rollouts on a terminal, and a line for each decision. */
export interface Progress {
  show(event: OptimizeEvent): Promise<void>;
  end(): void;
}

interface Sums {
  /** Of the search, and of the test. */
  rollouts: number;
  tested: number;
  costUsd: number | null;
  best: number | undefined;
}

export async function openProgress(
  call: Call,
  { budget, test, quiet }: { readonly budget: number; readonly test: number; readonly quiet: boolean },
): Promise<Progress> {
  const { err, io, globals, settings, paint } = call;
  const level = colorLevel({ flag: globals.color, env: io.env, config: settings.config.color, isTTY: true });
  const spinner = !quiet && canSpin(err, io.stderr, io.env) ? await openSpinner(io.stderr, level) : NO_SPINNER;
  const sums: Sums = { rollouts: 0, tested: 0, costUsd: 0, best: undefined };
  const startedMs = io.clock.elapsed();
  let before: number | undefined;

  return {
    async show(event) {
      add(sums, event);
      const done = sums.rollouts + sums.tested;
      before ??= done - Number(event.type === 'rollout');
      const line = quiet ? undefined : lineOf(event, sums, budget);
      if (line !== undefined) {
        spinner.hide();
        await err.write(`${paint.dim(line)}\n`);
      }
      const pace = (io.clock.elapsed() - startedMs) / Math.max(1, done - before);
      const left = (sums.tested > 0 ? test - sums.tested : budget - sums.rollouts + test) * pace;
      spinner.show(barOf(sums, { budget, test, leftMs: done - before < 5 ? undefined : left }));
    },
    end: () => spinner.hide(),
  };
}

/** What an earlier part of the run has spent counts too. */
function add(sums: Sums, event: OptimizeEvent): void {
  if (event.type === 'incumbent') sums.best = event.mean;
  if (event.type === 'rollout' && event.split === 'test') sums.tested += 1;
  else if (event.type === 'rollout') sums.rollouts += 1;
  const paid = event.type === 'rollout' ? event.rollout : event.type === 'answer' ? event.answer : undefined;
  if (paid !== undefined) sums.costUsd = sums.costUsd === null || paid.costUsd === null ? null : sums.costUsd + paid.costUsd;
}

const BAR = 20;

function barOf(
  { rollouts, tested, costUsd, best }: Sums,
  of: { budget: number; test: number; leftMs: number | undefined },
): string {
  const [done, all] = tested > 0 ? [tested, of.test] : [rollouts, of.budget];
  const full = Math.min(BAR, Math.round((BAR * done) / Math.max(1, all)));
  return [
    `${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${done}/${all} ${tested > 0 ? 'of the test' : 'rollouts'}`,
    ...(best === undefined ? [] : [`best ${best.toFixed(3)}`]),
    ...(costUsd === null ? [] : [dollars(costUsd)]),
    ...(of.leftMs === undefined ? [] : [`${duration(of.leftMs)} left at most`]),
  ].join('  ');
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 90) return `${seconds} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}

function lineOf(event: OptimizeEvent, { rollouts, costUsd }: Sums, budget: number): string | undefined {
  const at = `[${rollouts}/${budget}${costUsd === null ? '' : ` ${dollars(costUsd)}`}]`;
  switch (event.type) {
    case 'candidate':
      return event.id === 0
        ? `${at} the first texts`
        : `${at} candidate ${event.id} (${event.origin} of ${event.parents.join(' and ')}) changes ${event.changed.join(', ')}`;
    case 'incumbent':
      return `${at} best: candidate ${event.id}, ${event.mean.toFixed(3)} on validation`;
    case 'noise':
      return `${at} chance moves ${event.rows} rows so much that new texts have to be better by more than ${event.margin.toFixed(3)}`;
    case 'gate':
      return event.accepted
        ? undefined
        : `${at} rejected: ${event.before.toFixed(2)} → ${event.after.toFixed(2)} on ${event.rows.length} rows`;
    case 'refused':
      return `${at} a text for ${event.component} was refused: ${event.problem.split('\n', 1)[0]}`;
    case 'stopped':
      return `${at} the search ended: ${event.reason}`;
    case 'chosen':
      return `${at} candidate ${event.id} goes to the sealed test`;
    default:
      return undefined;
  }
}
