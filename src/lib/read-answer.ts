import type { Json } from '../core/json.ts';
import type { AnswerFormat } from '../core/model.ts';
import { CHOICE_KEY } from './answer-words.ts';
import { problemsOf } from './json-schema.ts';
import { jsonIn } from './json-text.ts';
import { withoutNulls } from './strict-schema.ts';

/** An answer that is what was asked for; or what is wrong with it, as in "the answer …". */
export type ReadAnswer = { readonly data: Json } | { readonly problem: string };

/** Reads an answer as the format wants it. `nullIsAbsent`: see the `finish` of a model. */
export function readAnswer(text: string, format: AnswerFormat, nullIsAbsent = false): ReadAnswer {
  if (format.choices !== undefined) return readChoice(text, format.choices);
  const isMap = format.schema.type === 'object';
  const found = jsonIn(text, isMap ? 'map' : 'any');
  if ('problem' in found) return { problem: `cannot be read as ${isMap ? 'one JSON object' : 'JSON'}: ${found.problem}` };
  return checkData(nullIsAbsent ? withoutNulls(format.schema, found.value) : found.value, format);
}

/** The same for a value that needs no reading. */
export function checkData(data: Json, { schema }: AnswerFormat): ReadAnswer {
  const problems = problemsOf(schema, data, WHOLE);
  return problems.length === 0 ? { data } : { problem: `does not fit its schema: ${problems.join('; ')}` };
}

const WHOLE = { whole: 'it', most: 5 };

/** The choice and nothing else, in any case, with the marks that models put around a word. */
function readChoice(text: string, choices: readonly string[]): ReadAnswer {
  const found = jsonIn(text);
  const value = 'value' in found ? found.value : undefined;
  const inside = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  const only = inside.length === 1 && inside[0]?.[0] === CHOICE_KEY ? inside[0][1] : value;
  const said = typeof only === 'string' ? only.trim() : text.trim().slice(0, LONGEST_CHOICE).replace(MARKS, '');
  const exact = choices.find((each) => each === said || each === text.trim());
  const alike = choices.filter((each) => each.toLowerCase() === said.toLowerCase());
  const choice = exact ?? (alike.length === 1 ? alike[0] : undefined);
  return choice === undefined ? { problem: `is none of: ${choices.join(', ')}` } : { data: choice };
}

const LONGEST_CHOICE = 1_000;
const MARKS = /^[\s"'`*_]+|[\s"'`*_]*[.!]?[\s"'`*_]*$/g;
