import { z } from 'zod';
import { once } from './once.ts';

/** The types of assertion, each also with `not-` before it. */
export const ASSERTION_TYPES = [
  'equals',
  'json-fields',
  'contains',
  'icontains',
  'contains-any',
  'contains-all',
  'icontains-any',
  'icontains-all',
  'starts-with',
  'regex',
  'is-json',
  'contains-json',
  'is-xml',
  'levenshtein',
  'rouge-n',
  'bleu',
  'javascript',
  'latency',
  'cost',
  'llm-rubric',
  'factuality',
  'model-graded-closedqa',
] as const;

export type AssertionType = (typeof ASSERTION_TYPES)[number];

const threshold = () => z.number().min(0).optional();

const assertionFields = once(() => ({
  type: z
    .string()
    .meta({ enum: [...ASSERTION_TYPES, ...ASSERTION_TYPES.map((type) => `not-${type}`), 'assert-set'] })
    .optional()
    .describe('how the output is checked'),
  value: z.json().optional().describe('what it is checked against; {{name}} is a var of the case'),
  threshold: threshold().describe('the least score, or the most of latency, cost and levenshtein'),
  weight: z.number().min(0).optional().describe('of the score of the case, by default 1; with 0 it cannot fail'),
  metric: z.string().min(1).optional().describe('scores of one name are also told on their own'),
  transform: z.string().min(1).optional().describe('JavaScript that gives what is checked instead of the output'),
  step: z.string().min(1).optional().describe("the id of the step whose output is checked instead of the chain's"),
  message: z.string().min(1).optional().describe('what to say when it fails'),
  config: z.record(z.string(), z.json()).optional().describe('further settings of the type'),
}));

/** An assertion as it is written; which types there are and what each needs is checked by who reads the cases. */
export const assertionSchema = once(() =>
  z.strictObject({
    ...assertionFields(),
    assert: z.array(z.strictObject(assertionFields())).min(1).optional().describe('of an assert-set: what counts as one'),
  }),
);

export const caseSchema = once(() =>
  z.strictObject({
    id: z
      .union([z.string().min(1), z.number()])
      .optional()
      .describe('names the case in reports'),
    description: z.string().optional().describe('what the case is about'),
    input: z.string().optional().describe('{input} of the run'),
    vars: z.record(z.string(), z.json()).optional().describe('values for the inputs of the chain'),
    expected: z.json().optional().describe('the right answer: a text to equal, or a map of the fields of its JSON'),
    assert: z.array(assertionSchema()).optional().describe('the assertions'),
    threshold: threshold().describe('the score from which on the case passes; without one each assertion has to'),
    weight: z.number().min(0).optional().describe('of the score of all cases, by default 1'),
    split: z.enum(['train', 'val', 'test']).optional().describe('which part of the data an optimiser may see it in'),
    why: z.string().optional().describe('why the answer is right: for who improves the prompt, never for the model'),
    rating: z.enum(['good', 'bad']).optional().describe('what a person thinks of the expected answer'),
    metadata: z.record(z.string(), z.json()).optional().describe('for filters; "category" groups the cases'),
    memory: z.boolean().optional().describe("true: the run uses the user's memory; by default each has an empty one of its own"),
    options: z
      .record(z.string(), z.json())
      .optional()
      .describe('of promptfoo: transform, disableVarExpansion, disableDefaultAsserts'),
  }),
);
