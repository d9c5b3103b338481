import type { AnswerFormat } from '../core/model.ts';

/** What a model is told when its provider has no mode for the format. */
export function formatInWords({ schema, choices }: AnswerFormat): string {
  if (choices !== undefined)
    return `Answer with exactly one of these and nothing else:\n${choices.map((each) => `- ${each}`).join('\n')}`;
  const what = schema.type === 'object' ? 'one JSON object that fits' : 'JSON that fits';
  return `Answer with ${what} this JSON Schema, and nothing else:\n${JSON.stringify(schema)}`;
}

/** Where a provider's structured mode wants an object around the choice, this is its one key. */
export const CHOICE_KEY = 'choice';

/** What a model is told about an answer of the wrong form. */
export function askAgain(problem: string): string {
  return `Your answer ${problem}. Give the whole answer again, and nothing else.`;
}
