import { Failure, LimitError } from '../core/errors.ts';
import type { Limits, Spent } from '../core/limits.ts';
import type { Admitted, Meter } from '../core/meter.ts';
import type { Model, Usage } from '../core/model.ts';
import { abortable } from '../lib/abortable.ts';
import { dollars } from '../lib/dollars.ts';
import { createForecasts, type Forecast, type Forecasts, NO_FORECAST } from '../lib/forecast.ts';

/** What to do about a limit that is reached. */
export type Remedy = (limit: 'cost' | 'tokens' | 'calls') => string;

/** A meter that has counted `spent` so far. */
export function createMeter(limits: Limits, spent: Spent, remedy: Remedy = OF_A_RUN): Meter {
  const { usage, costUsd, calls } = spent;
  const account = { limits, tokens: tokensOf(usage), costUsd, calls, reserved: { tokens: 0, costUsd: 0 } };
  return meterOf([account], { forecasts: createForecasts(spent), remedy, underWay: 0, waiting: new Set() });
}

/** The flags of `run`, which `runs resume` has too. */
export const RUN_FLAGS = { cost: '--max-cost', tokens: '--max-tokens-total', calls: '--max-turns' } as const;

const OF_A_RUN: Remedy = (limit) =>
  `raise it with ${RUN_FLAGS[limit]}; "promptchain runs resume" takes it too and goes on from here`;

interface Account {
  readonly limits: Limits;
  tokens: number;
  costUsd: number | null;
  calls: number;
  /** What the calls under way are expected to use. */
  readonly reserved: { tokens: number; costUsd: number };
}

interface Shared {
  readonly forecasts: Forecasts;
  readonly remedy: Remedy;
  underWay: number;
  readonly waiting: Set<() => void>;
}

function meterOf(accounts: readonly Account[], shared: Shared): Meter {
  return {
    async admit(model, request, signal) {
      for (;;) {
        signal.throwIfAborted();
        const next = accounts.some(({ limits }) => isUsed(limits)) ? shared.forecasts.of(model, request) : NO_FORECAST;
        for (const account of accounts) refuseOver(account, next, model, shared);
        if (!accounts.some((account) => mustWait(account, next, shared))) return reserve(accounts, shared, next, model);
        await nextSettled(shared, signal);
      }
    },
    within: (limits) => meterOf([...accounts, fresh(limits)], shared),
  };
}

function isUsed({ cost, tokens }: Limits): boolean {
  return cost !== undefined || tokens !== undefined;
}

function fresh(limits: Limits): Account {
  return { limits, tokens: 0, costUsd: 0, calls: 0, reserved: { tokens: 0, costUsd: 0 } };
}

function refuseOver({ limits, tokens, costUsd, calls }: Account, next: Forecast, { spec }: Model, { remedy }: Shared): void {
  const over = (code: string, message: string, limit: Parameters<Remedy>[0]) =>
    new LimitError(message, { code, help: remedy(limit) });
  if (limits.calls !== undefined && calls + 1 > limits.calls) {
    throw over('PC9004', `${calls} of ${limits.calls} calls to models are made: the limit is reached`, 'calls');
  }
  if (limits.tokens !== undefined && tokens + next.tokens > limits.tokens) {
    const added = `${tokens} are used, the next call needs about ${next.tokens}`;
    throw over('PC9003', `the limit of ${limits.tokens} tokens does not allow another call: ${added}`, 'tokens');
  }
  if (limits.cost === undefined) return;
  if (next.costUsd === null || costUsd === null) throw unpriced(spec.id);
  if (costUsd + next.costUsd <= limits.cost) return;
  const added = `${dollars(costUsd)} is spent, the next call to ${spec.id} costs about ${dollars(next.costUsd)}`;
  throw over('PC9002', `the limit of ${dollars(limits.cost)} does not allow another call: ${added}`, 'cost');
}

/** Without another call under way there is nothing to wait for, and the estimate is all there is. */
function mustWait({ limits, tokens, costUsd, reserved }: Account, next: Forecast, { underWay }: Shared): boolean {
  if (underWay === 0 || !isUsed(limits)) return false;
  if (next.open) return true;
  if (limits.tokens !== undefined && tokens + reserved.tokens + next.tokens > limits.tokens) return true;
  return limits.cost !== undefined && (costUsd ?? 0) + reserved.costUsd + (next.costUsd ?? 0) > limits.cost;
}

function reserve(accounts: readonly Account[], shared: Shared, next: Forecast, model: Model): Admitted {
  shared.underWay += 1;
  for (const account of accounts) {
    account.calls += 1;
    account.reserved.tokens += next.tokens;
    account.reserved.costUsd += next.costUsd ?? 0;
  }
  return {
    settle(usage, costUsd, asked) {
      shared.underWay -= 1;
      shared.forecasts.learn(model, next, usage);
      for (const account of accounts) {
        account.reserved.tokens -= next.tokens;
        account.reserved.costUsd -= next.costUsd ?? 0;
        account.calls -= Number(!asked);
        account.tokens += tokensOf(usage);
        account.costUsd = account.costUsd === null || costUsd === null ? null : account.costUsd + costUsd;
      }
      for (const wake of shared.waiting) wake();
      shared.waiting.clear();
    },
  };
}

async function nextSettled({ waiting }: Shared, signal: AbortSignal): Promise<void> {
  let wake = (): void => undefined;
  const settled = new Promise<void>((resolve) => {
    wake = resolve;
    waiting.add(wake);
  });
  try {
    await abortable(settled, signal);
  } finally {
    waiting.delete(wake);
  }
}

function tokensOf({ input_tokens, output_tokens }: Usage): number {
  return input_tokens + output_tokens;
}

/** A limit that cannot be held must not look as if it were. */
export function unpriced(model: string): Failure {
  return new Failure(`the cost of ${model} is unknown, so a limit on the cost cannot be held`, {
    code: 'PC9005',
    reason: 'chain',
    help: `give its price in dollars per million tokens: models: {name: {model: ${model}, price: {input: 0.5, output: 1.5}}}`,
  });
}
