import { textOf } from '../../core/json.ts';
import { judged, questionOf, reasonIn } from '../judged.ts';
import { refuseText } from './contains.ts';
import type { AssertionKind } from './kind.ts';

export const closedQa: AssertionKind = {
  summary: 'a judge model finds that the answer meets the criterion',
  judged: true,
  refuse: refuseText,
  async check({ assertion: { value = '' }, case: asked, text, world, signal }) {
    const inputs = { question: questionOf(asked), output: text, criterion: textOf(value) };
    const verdict = await judged(world, 'model-graded-closedqa', inputs, signal);
    return { holds: verdict.pass === true, because: reasonIn(verdict), fix: `meet the criterion: ${textOf(value)}` };
  },
};
