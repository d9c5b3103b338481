import { StepError } from '../../core/errors.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import { codeOf, contextOf } from '../code.ts';
import type { AssertionKind, Finding, Subject } from './kind.ts';
import { quote } from './quote.ts';

export const javascript: AssertionKind = {
  summary: 'a JavaScript expression, function body or file:// gives true, a score, or {pass, score, reason}',
  refuse(assertion) {
    const code = codeOf(assertion.value, assertion.position.file);
    return 'problem' in code ? code.problem : undefined;
  },
  async check(subject) {
    const { assertion, output, world, signal } = subject;
    const code = codeOf(assertion.value, assertion.position.file);
    if ('problem' in code) return { holds: false, because: code.problem };
    try {
      return findingOf(await world.call(code, [output, contextOf(subject)], signal), subject);
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      signal.throwIfAborted();
      return { holds: assertion.not, because: `javascript ${error.message}` };
    }
  },
};

function findingOf(result: Json, { assertion: { value, threshold } }: Subject): Finding {
  const code = quote(String(value));
  if (typeof result === 'boolean') return { holds: result, because: `${code} gave ${result}` };
  if (typeof result === 'number') {
    const holds = threshold === undefined ? result > 0 : result >= threshold;
    const wanted = threshold === undefined ? 'above 0 is wanted' : `the threshold is ${threshold}`;
    return { holds, score: result, scoreStays: true, because: `${code} gave ${result}, ${wanted}` };
  }
  if (isJsonObject(result) && typeof result.pass === 'boolean' && typeof result.score === 'number') {
    const because = typeof result.reason === 'string' && result.reason !== '' ? result.reason : `${code} gave ${result.pass}`;
    const fix = typeof result.fix === 'string' ? { fix: result.fix } : {};
    return { holds: result.pass, score: result.score, scoreStays: true, because, ...fix };
  }
  throw new StepError(`gave ${quote(JSON.stringify(result))} instead of true, false, a number or {pass, score, reason}`, {
    code: 'PC1512',
    reason: 'function',
  });
}
