import { textOf } from '../../core/json.ts';
import { judged, questionOf, reasonIn } from '../judged.ts';
import { refuseText } from './contains.ts';
import type { AssertionKind } from './kind.ts';

/** Asked in both orders: a judge that prefers a place would otherwise decide by it. */
export const factuality: AssertionKind = {
  summary: 'a judge model finds no contradiction to the facts of the value, whichever of the two it reads first',
  judged: true,
  refuse: refuseText,
  async check({ assertion: { value = '' }, case: asked, text, world, signal }) {
    const question = questionOf(asked);
    const reference = textOf(value);
    const one = await judged(world, 'factuality', { question, first: reference, second: text }, signal);
    const other = await judged(world, 'factuality', { question, first: text, second: reference }, signal);
    const agree = [one, other].map(({ choice }) => AGREEING.has(String(choice)));
    const because =
      agree[0] === agree[1] ? reasonIn(one) : `the judge changes its mind with the order: ${reasonIn(one)} / ${reasonIn(other)}`;
    return { holds: agree.every(Boolean), because, fix: `keep to the facts: ${reference}` };
  },
};

const AGREEING: ReadonlySet<string> = new Set(['subset', 'superset', 'same', 'different']);
