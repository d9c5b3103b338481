import { z } from 'zod';
import { assertionSchema, caseSchema } from '../lib/case-fields.ts';
import { once } from '../lib/once.ts';

/** What promptfoo has besides: taken, and either meant by something else here or told to be unused. */
const foreignOfAssertion = { $ref: z.string().optional(), provider: z.json().optional(), rubricPrompt: z.json().optional() };

const fileAssertion = once(() => {
  const { assert, ...own } = assertionSchema().shape;
  const inner = z.strictObject({ ...own, ...foreignOfAssertion });
  return inner.extend({ assert: z.array(inner).min(1).optional() });
});

/** Of a case: a run has the models of its chain, so what promptfoo says about providers and prompts has no place. */
export const FOREIGN_KEYS = ['provider', 'providers', 'prompts', 'providerOutput', 'assertScoringFunction'] as const;

/** A case as a dataset may write it. */
export const fileCaseSchema = once(() =>
  caseSchema().extend({
    vars: z.union([z.record(z.string(), z.json()), z.string()]).optional(),
    assert: z.array(fileAssertion()).nullish(),
    ...Object.fromEntries(FOREIGN_KEYS.map((key) => [key, z.json().optional()])),
  }),
);

/** A list of cases, one case, or a promptfoo configuration with its `tests`. */
export const fileSchema = once(() =>
  z.union([
    z.array(z.union([z.string(), fileCaseSchema()])).min(1, 'needs at least one case'),
    z.looseObject({
      tests: z.union([z.string(), z.array(z.union([z.string(), fileCaseSchema()])).min(1)]),
      defaultTest: z.union([z.string(), fileCaseSchema()]).optional(),
      assertionTemplates: z.record(z.string(), fileAssertion()).optional(),
    }),
  ]),
);

export type WrittenAssertion = z.output<ReturnType<typeof fileAssertion>>;
export type WrittenCase = z.output<ReturnType<typeof fileCaseSchema>>;
export type WrittenFile = z.output<ReturnType<typeof fileSchema>>;
