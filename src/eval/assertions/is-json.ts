import type { Json } from '../../core/json.ts';
import type { AssertionKind } from './kind.ts';
import { breaks, refuseSchema, schemaOf } from './schema.ts';

export const isJson: AssertionKind = {
  summary: 'the output is JSON, and fits the JSON Schema given as value',
  refuse: refuseSchema,
  check({ assertion, text }) {
    let value: Json;
    try {
      value = JSON.parse(text) as Json;
    } catch (error) {
      return {
        holds: false,
        because: `the output is not JSON: ${(error as Error).message}`,
        fix: 'answer with JSON and nothing else',
      };
    }
    const problems = breaks(schemaOf(assertion), value);
    if (problems.length === 0) return { holds: true, because: 'the output is JSON that fits' };
    return { holds: false, because: problems.join('; '), fix: problems.join('; ') };
  },
};
