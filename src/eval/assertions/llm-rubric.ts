import { textOf } from '../../core/json.ts';
import { judged, reasonIn } from '../judged.ts';
import { refuseText } from './contains.ts';
import type { AssertionKind } from './kind.ts';

/** As in promptfoo a threshold is asked for besides the judge's own `pass`. */
export const llmRubric: AssertionKind = {
  summary: 'a judge model finds that the output meets the rubric',
  judged: true,
  refuse: refuseText,
  async check({ assertion: { value = '', threshold }, text, world, signal }) {
    const verdict = await judged(world, 'llm-rubric', { output: text, rubric: textOf(value) }, signal);
    const pass = verdict.pass !== false;
    const score = typeof verdict.score === 'number' ? Math.min(1, Math.max(0, verdict.score)) : Number(pass);
    const holds = pass && (threshold === undefined || score >= threshold);
    return { holds, score, because: reasonIn(verdict), fix: `meet the rubric: ${textOf(value)}` };
  },
};
