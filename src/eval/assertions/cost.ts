import { StepError } from '../../core/errors.ts';
import type { AssertionKind } from './kind.ts';

export const cost: AssertionKind = {
  summary: 'the run cost at most threshold US dollars',
  refuse: ({ threshold }) => (threshold === undefined ? 'needs a threshold in US dollars' : undefined),
  check({ assertion: { threshold = 0 }, answer: { costUsd } }) {
    if (costUsd === null) throw new StepError('cost: the price of a model is not known', { code: 'PC1511', reason: 'not_found' });
    const because = `it cost $${costUsd}, the threshold is $${threshold}`;
    return { holds: costUsd <= threshold, because, fix: 'use fewer tokens or a cheaper model' };
  },
};
