import { isSet } from '../../core/dataset.ts';
import type { ModelRequest } from '../../core/model.ts';
import type { RunResult } from '../../core/run.ts';
import type { AssertionResult, CaseScore } from '../../core/score.ts';
import type { Finding, StepTrace } from '../../engineer/ports.ts';
import type { Texts } from '../../engineer/texts.ts';
import { scan } from '../../template/scan.ts';

/** What each step that did something was given and said, in order; of one that failed, why. */
export function tracesOf({ steps }: RunResult, asked: ReadonlyMap<string, ModelRequest>, texts: Texts): readonly StepTrace[] {
  return steps.flatMap(({ id, path, status, output, error }) => {
    if (status === 'skipped') return [];
    const request = asked.get(path) ?? [...asked].find(([other]) => other.startsWith(`${path}/`))?.[1];
    const received = request === undefined ? {} : receivedIn(request, [texts[`${id}.prompt`], texts[`${id}.system`]]);
    return [{ step: id, received, output: status === 'failed' ? `${output}\n[failed: ${error?.message}]`.trim() : output }];
  });
}

/** The values of the placeholders, found where the literal parts of the text leave room for them. */
function receivedIn({ system = '', messages }: ModelRequest, texts: readonly (string | undefined)[]): Record<string, string> {
  const [first] = messages;
  const sent = [first?.role === 'user' ? first.text : '', system];
  const found: Record<string, string> = {};
  for (const [index, text] of texts.entries()) if (text !== undefined) Object.assign(found, valuesIn(sent[index] ?? '', text));
  if (Object.keys(found).length > 0 || texts[0] !== undefined) return found;
  return { prompt: sent[0] ?? '' };
}

function valuesIn(sent: string, text: string): Record<string, string> {
  const { parts } = scan(text);
  const slots = parts.flatMap((part) => (typeof part === 'string' ? [] : [part.text.slice(1, -1).trim()]));
  if (slots.length === 0) return {};
  const pattern = parts.map((part) => (typeof part === 'string' ? escaped(part) : '([\\s\\S]*?)')).join('');
  // What is added before and after a text, techniques for one, is no part of a value unless the text ends with its placeholder.
  const match = new RegExp(`${pattern}\\s*$`).exec(sent) ?? new RegExp(pattern).exec(sent);
  return Object.fromEntries(slots.map((slot, index) => [slot, match?.[index + 1] ?? sent]));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** What was wrong, an entry for each assertion that did not give its whole score. */
export function findingsOf({ results, reason, fix, score }: CaseScore): readonly Finding[] {
  const found = results.flatMap(leavesOf).filter((one) => one.score < 1);
  if (found.length > 0) return found.map(findingOf);
  return score >= 1 ? [] : [{ text: sentence(reason, fix) }];
}

function leavesOf(result: AssertionResult): readonly AssertionResult[] {
  return result.parts === undefined ? [result] : result.parts.flatMap(leavesOf);
}

function findingOf({ assertion, reason, fix }: AssertionResult): Finding {
  const step = isSet(assertion) ? undefined : assertion.step;
  return { text: sentence(reason, fix), ...(step === undefined ? {} : { step }) };
}

function sentence(reason: string, fix: string | undefined): string {
  return fix === undefined || reason.includes(fix) ? reason : `${reason}; ${fix}`;
}
