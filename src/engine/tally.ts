import { addUsage, NO_USAGE, type Usage } from '../core/model.ts';

/** What the calls of one step or turn have used, those that failed included. */
export interface Tally {
  readonly usage: Usage;
  readonly costUsd: number | null;
  add(usage: Usage, costUsd: number | null): void;
}

export function createTally(): Tally {
  let total = NO_USAGE;
  let dollars: number | null = 0;
  return {
    get usage() {
      return total;
    },
    get costUsd() {
      return dollars;
    },
    add(usage, costUsd) {
      total = addUsage(total, usage);
      dollars = dollars === null || costUsd === null ? null : dollars + costUsd;
    },
  };
}
