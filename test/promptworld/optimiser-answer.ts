import type { Answer, Question } from '../../src/engineer/ports.ts';
import { type Draws, drawsOf, hashText } from '../../src/lib/counted-random.ts';
import { bred, type OptimiserSkills, reflected, rewritten, type Shown, united } from './optimiser-model.ts';

/** The simulated optimiser model: it knows nothing but the text of the question. */
export function answerOf({ prompt, sample }: Question, seed: number, skills: OptimiserSkills): Answer {
  const draws = drawsOf(seed, hashText(prompt), sample, 555);
  const lines = linesFor(prompt, skills, draws);
  return { text: `Analysis...\n<new_prompt>\n${lines.join('\n')}\n</new_prompt>`, truncated: false, calls: 1, costUsd: 0.01 };
}

function linesFor(prompt: string, skills: OptimiserSkills, draws: Draws): string[] {
  const [first, second] = sectionsOf(prompt, 'draft');
  if (first !== undefined && second !== undefined) return united(first, second, skills, draws);
  const current = (sectionsOf(prompt, 'current_prompt')[0] ?? '').split('\n');
  const [failures] = sectionsOf(prompt, 'failures');
  if (failures !== undefined) return reflected(current, sectionsOf(failures, 'row').map(shown), skills, draws);
  const examples = sectionsOf(sectionsOf(prompt, 'examples')[0] ?? '', 'row').map(corrected);
  const [history] = sectionsOf(prompt, 'history');
  return history === undefined
    ? rewritten(current, examples, skills, draws)
    : bred(sectionsOf(history, 'text'), examples, skills, draws);
}

function shown(row: string): Shown {
  const textOf = (tag: string) => sectionsOf(row, tag).join('\n');
  const [received, output] = [textOf('received'), textOf('output')];
  const [expected] = sectionsOf(row, 'expected');
  const feedback = expected === undefined ? textOf('feedback') : difference(expected, textOf('final_output') || output);
  return { received, output, feedback, tried: textOf('wrong_answers_tried_before') };
}

/** What the optimiser model makes of an answer and the right one, when it is told both. */
function difference(expected: string, got: string): string {
  return got.includes('=') ? `Expected ${expected} | Got ${got}` : 'FORMAT: it is no list of pairs.';
}

/** A row by its right answer instead of by what is said about it. */
function corrected(row: string): Shown {
  return { ...shown(row), feedback: `Expected ${sectionsOf(row, 'expected').join('')} | Got nothing` };
}

function sectionsOf(text: string, tag: string): string[] {
  return [...text.matchAll(new RegExp(`<${tag}(?: [^>]*)?>\n([\\s\\S]*?)\n</${tag}>`, 'g'))].map(([, inner = '']) => inner);
}
