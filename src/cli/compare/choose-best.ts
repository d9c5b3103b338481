import { join } from 'node:path';
import type { Chain } from '../../core/chain.ts';
import type { Case } from '../../core/dataset.ts';
import type { CaseRun } from '../../core/evaluation.ts';
import { isJsonObject, type JsonObject, textOf } from '../../core/json.ts';
import type { Call } from '../command.ts';
import { loadOptions } from '../load-options.ts';
import { loadAsked } from '../run/load.ts';
import type { CaseInputs } from '../test/case-inputs.ts';
import { bare } from './contenders.ts';

/** One question to the judge: which of these answers, in this order, is the best. */
export interface Question {
  /** Of the input. */
  readonly row: string;
  /** Positions of contenders, in the order they are shown. */
  readonly order: readonly number[];
  readonly asked: Case;
  readonly given: CaseInputs;
}

/** The chain of one step that asks it. */
export function bestOfChain(call: Call, model: string, contenders: number): Chain {
  const { model: _, ...options } = loadOptions(call);
  const inputs = Object.fromEntries(['input', 'answers', 'criterion'].map((name) => [name, { type: 'string', required: true }]));
  const best = { type: 'integer', minimum: 0, maximum: contenders };
  const properties = { reason: { type: 'string' }, best };
  const schema = { type: 'object', properties, required: ['reason', 'best'], additionalProperties: false };
  const steps = [{ id: STEP, prompt: { file: 'select-best.md' }, schema, temperature: 0 }];
  const text = JSON.stringify({ model, inputs, steps });
  return loadAsked('<stdin>', { ...options, cwd: join(call.io.packageDir, 'prompts/engineer'), text });
}

const STEP = 'choice';

/** Both orders of every vote: in the second everyone stands one place further on, so that no place wins twice. */
export function questionsAbout(
  row: { readonly id: string; readonly input: string; readonly answers: readonly string[] },
  { criterion, votes, file }: { readonly criterion: string; readonly votes: number; readonly file: string },
): readonly Question[] {
  const places = row.answers.map((_, index) => index);
  const orders = [places, [...places.slice(1), ...places.slice(0, 1)]];
  return Array.from({ length: votes }, (_, vote) =>
    orders.map((order, index): Question => {
      const shown = order.map((contender, place) => section(place + 1, row.answers[contender] ?? ''));
      const inputs: JsonObject = { input: harmless(row.input), answers: shown.join('\n\n'), criterion };
      const asked = bare(`${row.id}/${vote + 1}/${index + 1}`, { vars: {} }, file);
      return { row: row.id, order, asked, given: { input: '', inputs } };
    }),
  ).flat();
}

function section(number: number, text: string): string {
  return `<answer number="${number}">\n${harmless(text)}\n</answer>`;
}

/** Without tags of ours, which an answer could use to speak for another. */
function harmless(text: string): string {
  return text.replace(/<\/?(?:answer|input)\b/gi, (tag) => tag.replace('<', '‹'));
}

/** The contender that the judge named; undefined when it named none. */
export function chosenIn({ answer }: CaseRun, { order }: Question): number | undefined {
  const data = answer?.steps[STEP]?.data;
  const best = data !== undefined && isJsonObject(data) ? Number(textOf(data.best ?? 0)) : 0;
  return best === 0 ? undefined : order[best - 1];
}
