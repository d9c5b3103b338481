import { dollars } from '../../lib/dollars.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { counted } from '../improve/counted.ts';
import type { SynthFlags } from './flags.ts';
import type { Made } from './run.ts';
import type { Subject } from './subject.ts';

/** What would be asked of whom. */
export function synthPlan(
  { name, readsInput, inputs }: Subject,
  { count, limits }: SynthFlags,
  { model, known, questions }: { readonly model: string; readonly known: number; readonly questions: number },
): string {
  const fields = [...(readsInput ? ['input'] : []), ...Object.keys(inputs).map((each) => `inputs.${each}`)];
  const bounds = [
    ...(limits.calls === undefined ? [] : [`${limits.calls} calls`]),
    ...(limits.cost === undefined ? [] : [dollars(limits.cost)]),
  ];
  const lines = [
    `cases     ${count} for ${name}; each gives ${fields.join(', ')}`,
    ...(known === 0 ? [] : [`known     ${known} cases, none of which is repeated`]),
    `model     ${model}, about ${counted(questions, 'question')}${bounds.length === 0 ? '' : `, at most ${bounds.join(' and ')}`}`,
  ];
  return sanitize(`${lines.join('\n')}\n`);
}

/** What was written, and what it is worth. */
export function summary(
  { admitted, refused, calls, costUsd, ended }: Made,
  subject: Subject,
  { model, count, rubric, out }: SynthFlags & { readonly model: string },
): string {
  const bad = [
    ...(refused.repeated === 0 ? [] : [`${refused.repeated} that repeat another`]),
    ...(refused.unusable === 0 ? [] : [`${refused.unusable} that the chain cannot be run with`]),
  ];
  const unused = neverGiven(subject, admitted);
  const why = ended === undefined ? 'the model has nothing new to say' : ended instanceof Error ? ended.message : String(ended);
  const lines = [
    `${counted(admitted.length, 'case')}${out === undefined || admitted.length === 0 ? '' : ` in ${out}`}, written by ${model} in ${counted(calls, 'call')}, ${costUsd === null ? 'cost unknown' : dollars(costUsd)}${bad.length === 0 ? '' : `; left out: ${bad.join(', ')}`}`,
    ...(admitted.length < count ? [`not ${count}: ${why}`] : []),
    ...(unused.length === 0 ? [] : [`no case gives ${unused.join(', ')}`]),
    ...(admitted.length === 0
      ? []
      : [
          `they are synthetic: what a model imagines, not what your users send${rubric ? ', and its rubrics are guesses; read them before you rely on a score' : ''}`,
        ]),
  ];
  return sanitize(`${lines.join('\n')}\n`);
}

/** Inputs that may be left out and always were. */
function neverGiven({ inputs }: Subject, admitted: Made['admitted']): readonly string[] {
  if (admitted.length === 0) return [];
  return Object.keys(inputs).flatMap((name) =>
    admitted.some(({ read }) => Object.hasOwn(read.vars, name)) ? [] : [`inputs.${name}`],
  );
}

export function synthJson(
  { admitted, refused, calls, costUsd }: Made,
  { file, model, exitCode }: { readonly file: string | null; readonly model: string; readonly exitCode: number },
): string {
  const cases = admitted.length;
  const told = { schema: 'promptchain.synth.v1', exit_code: exitCode, file: cases === 0 ? null : file, cases, refused };
  return `${JSON.stringify({ ...told, model, synthetic: true, calls, cost_usd: costUsd })}\n`;
}
