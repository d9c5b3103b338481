import { z } from 'zod';
import { fields } from '../lib/fields.ts';
import { defineKind } from './define.ts';

/** Branches that run together; what they give is joined under their names. */
export const parallel = defineKind({
  key: 'parallel',
  summary: 'branches that run together, joined as a map',
  example:
    '- id: views\n  parallel:\n    for: "Argue for: {input}"\n    against: "Argue against: {input}"\n- "Weigh both: {steps.views.output}"\n',
  shape: 'group',
  options: fields({
    parallel: () =>
      z
        .record(z.string(), z.unknown())
        .refine((branches) => Object.keys(branches).length > 0, 'needs at least one branch')
        .describe('the branches by name, each one step or a list of steps'),
    concurrency: () => z.int().min(1).max(1000).optional().describe('how many branches run at a time; by default all'),
  }),
  bind({ parallel, concurrency }, binding) {
    const parts = binding.parts(
      Object.keys(parallel).map((name) => ['parallel', name]),
      'beside',
    );
    return {
      parts,
      async *run(context) {
        const { values, ...outcome } = yield* context.runBranches(parts, concurrency);
        if (outcome.stop !== undefined) return outcome;
        const data = Object.fromEntries(parts.map(({ name }, index) => [name, values[index] ?? null]));
        return { output: JSON.stringify(data), data };
      },
    };
  },
});
