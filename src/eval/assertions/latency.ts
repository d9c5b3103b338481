import type { AssertionKind } from './kind.ts';

export const latency: AssertionKind = {
  summary: 'the run took at most threshold milliseconds',
  refuse: ({ threshold }) => (threshold === undefined ? 'needs a threshold in milliseconds' : undefined),
  check({ assertion: { threshold = 0 }, answer: { latencyMs } }) {
    const because = `it took ${Math.round(latencyMs)} ms, the threshold is ${threshold} ms`;
    return { holds: latencyMs <= threshold, because, fix: 'be faster' };
  },
};
