import { StoreError } from '../core/errors.ts';
import { hashText } from '../lib/counted-random.ts';
import { merge } from '../lib/merge.ts';
import type { AnswerEvent, DecisionEvent, OptimizeEvent, RolloutEvent, SplitName } from './events.ts';
import type { Answer, Ports, Rollout } from './ports.ts';
import type { Row } from './row.ts';
import { fingerprint, type Texts } from './texts.ts';

/** What may be spent on the search. The sealed test is outside of it. */
export interface Budget {
  /** Distinct runs of the chain on a row. */
  readonly rollouts: number;
  /** Calls of models. */
  readonly calls?: number;
  readonly usd?: number;
}

/** The most that one thing can cost, for budgets of calls and money to be kept to the last unit. */
export interface Prices {
  readonly callsPerRollout: number;
  readonly usdPerRollout?: number;
  readonly usdPerAnswer?: number;
}

export interface LedgerOptions {
  readonly ports: Ports;
  readonly budget: Budget;
  readonly prices: Prices;
  readonly concurrency: number;
  /** Runs of each row that count as one; 1 by default. */
  readonly samples?: number;
  readonly signal: AbortSignal;
  /** Says why nothing new should be started; what runs is waited for. */
  readonly stopping?: () => string | undefined;
  /** The record of the run so far. */
  readonly record: Iterable<OptimizeEvent>;
}

export interface Spent {
  readonly rollouts: number;
  readonly answers: number;
  readonly calls: number;
  readonly usd: number;
}

/** Someone asked the run to end before its time. */
export class Paused extends Error {}

/**
 * The only way to spend. What the record already has is given from it and costs nothing new, so a run that is taken up again
 * comes to where it was by deciding everything anew from the same answers.
 */
export interface Ledger {
  readonly spent: Spent;
  /** Whether a batch fits into the budget whole. */
  fits(cost: { readonly rollouts?: number; readonly answers?: number }): boolean;
  /** Rows that can still be run. */
  left(): number;
  /** Runs the texts on each row; those of the test are not counted. Results keep the order of the rows. */
  rollouts(texts: Texts, rows: readonly Row[], split: SplitName, repeat?: number): AsyncGenerator<OptimizeEvent, Rollout[]>;
  ask(key: string, prompt: string): AsyncGenerator<OptimizeEvent, Answer>;
  /** Passes a decision on, unless the record has it. */
  decide(event: DecisionEvent): Generator<OptimizeEvent, void>;
}

export function openLedger(options: LedgerOptions): Ledger {
  const { ports, budget, prices, concurrency, signal, samples = 1 } = options;
  const known = readRecord(options.record);
  const counted = new Set<string>();
  const asked = new Map<number, number>();
  const spent = { rollouts: 0, answers: 0, calls: 0, usd: 0 };
  let decided = 0;

  const count = ({ calls, costUsd }: Pick<Answer, 'calls' | 'costUsd'>): void => {
    spent.calls += calls;
    spent.usd += costUsd ?? 0;
  };
  const refuseWhenStopping = (): void => {
    signal.throwIfAborted();
    const reason = options.stopping?.();
    if (reason !== undefined) throw new Paused(reason);
  };

  async function* runMissing(texts: Texts, hash: string, missing: readonly Row[], repeat: number, split: SplitName) {
    const failures: unknown[] = [];
    const branches = missing.map(
      (row) =>
        async function* (): AsyncGenerator<OptimizeEvent, void> {
          if (failures.length > 0) return;
          try {
            refuseWhenStopping();
            const rollout = await ports.rollout({ texts, row, repeat }, signal);
            known.rollouts.set(rolloutKey(hash, row.id, repeat), rollout);
            yield { type: 'rollout', texts: hash, row: row.id, repeat, split, rollout };
          } catch (error) {
            failures.push(error);
          }
        },
    );
    yield* merge(branches, { concurrency, signal: new AbortController().signal });
    if (failures.length > 0) throw failures[0];
  }

  async function* runOnce(
    texts: Texts,
    rows: readonly Row[],
    split: SplitName,
    repeat: number,
  ): AsyncGenerator<OptimizeEvent, Rollout[]> {
    const hash = fingerprint(texts);
    const keyOf = (row: Row) => rolloutKey(hash, row.id, repeat);
    const missing = rows.filter((row) => !known.rollouts.has(keyOf(row)));
    if (missing.length > 0) yield* runMissing(texts, hash, missing, repeat, split);
    return rows.map((row) => {
      const key = keyOf(row);
      const rollout = known.rollouts.get(key) as Rollout;
      if (split !== 'test' && !counted.has(key)) {
        counted.add(key);
        spent.rollouts += 1;
        count(rollout);
      }
      return rollout;
    });
  }

  return {
    spent,
    left: () => Math.floor((budget.rollouts - spent.rollouts) / samples),
    fits({ rollouts: rows = 0, answers = 0 }) {
      const rollouts = rows * samples;
      const calls = rollouts * prices.callsPerRollout + answers;
      const usd = rollouts * (prices.usdPerRollout ?? 0) + answers * (prices.usdPerAnswer ?? 0);
      return (
        spent.rollouts + rollouts <= budget.rollouts &&
        spent.calls + calls <= (budget.calls ?? Number.POSITIVE_INFINITY) &&
        spent.usd + usd <= (budget.usd ?? Number.POSITIVE_INFINITY)
      );
    },
    async *rollouts(texts, rows, split, repeat = 0) {
      const drawn: Rollout[][] = [];
      for (let sample = 0; sample < samples; sample += 1)
        drawn.push(yield* runOnce(texts, rows, split, repeat * samples + sample));
      return rows.map((_, index) => pooled(drawn.flatMap((one) => one[index] ?? [])));
    },
    async *ask(key, prompt) {
      const hash = hashText(prompt);
      const sample = asked.get(hash) ?? 0;
      asked.set(hash, sample + 1);
      let answer = known.answers.get(key);
      if (answer === undefined) {
        refuseWhenStopping();
        answer = await ports.ask({ prompt, sample }, signal);
        known.answers.set(key, answer);
        yield { type: 'answer', key, answer };
      }
      spent.answers += 1;
      count(answer);
      return answer;
    },
    *decide(event) {
      const earlier = known.decisions[decided];
      decided += 1;
      if (earlier === undefined) yield event;
      else if (JSON.stringify(earlier) !== JSON.stringify(event)) throw otherRun(earlier, event);
    },
  };
}

/** Several runs of one row as one: the mean score, and of the rest what the worst of them has to teach. */
function pooled(rollouts: readonly Rollout[]): Rollout {
  const worst = rollouts.reduce((one, other) => (other.score < one.score ? other : one));
  if (rollouts.length === 1) return worst;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const names = Object.keys(worst.metrics ?? {});
  const metrics = Object.fromEntries(names.map((name) => [name, mean(rollouts.map((one) => one.metrics?.[name] ?? 0))]));
  return { ...worst, score: mean(rollouts.map(({ score }) => score)), ...(names.length === 0 ? {} : { metrics }) };
}

interface Known {
  readonly rollouts: Map<string, Rollout>;
  readonly answers: Map<string, Answer>;
  readonly decisions: readonly DecisionEvent[];
}

function readRecord(record: Iterable<OptimizeEvent>): Known {
  const rollouts = new Map<string, Rollout>();
  const answers = new Map<string, Answer>();
  const decisions: DecisionEvent[] = [];
  for (const event of record) {
    if (event.type === 'rollout') rollouts.set(rolloutKeyOf(event), event.rollout);
    else if (event.type === 'answer') answers.set(keyOfAnswer(event), event.answer);
    else if (event.type !== 'paused') decisions.push(event);
  }
  return { rollouts, answers, decisions };
}

function rolloutKeyOf({ texts, row, repeat }: RolloutEvent): string {
  return rolloutKey(texts, row, repeat);
}

function rolloutKey(texts: string, row: string, repeat: number): string {
  return `${texts} ${repeat} ${row}`;
}

function keyOfAnswer({ key }: AnswerEvent): string {
  return key;
}

function otherRun(earlier: DecisionEvent, now: DecisionEvent): StoreError {
  return new StoreError(`the record of this run does not fit it: it has "${earlier.type}" where "${now.type}" follows`, {
    code: 'PC8601',
    help: 'the chain, its data, the options or promptchain itself have changed: start a new run',
  });
}
