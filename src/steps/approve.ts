import { z } from 'zod';
import { StepError, ToolError } from '../core/errors.ts';
import { duration } from '../lib/duration.ts';
import { fields } from '../lib/fields.ts';
import { defineKind } from './define.ts';
import { text } from './fields.ts';

/** A gate: the chain goes on when a person says yes. */
export const approve = defineKind({
  key: 'approve',
  summary: 'a gate: a person says whether the chain goes on',
  example: '- approve: "Post this reply?\\n\\n{input}"\n',
  shape: 'leaf',
  options: fields({
    approve: () => text().describe('the question; the next step gets what this one got'),
    timeout: () => duration().optional().describe('how long to wait for the answer, such as 10m'),
    default: () => z.enum(['yes', 'no']).optional().describe('the answer when nobody gives one in time'),
  }),
  bind(options, binding) {
    const question = binding.text(['approve']);
    if (options.default !== undefined && options.timeout === undefined) {
      const message = '"default" does nothing without "timeout"';
      binding.problem(['default'], { code: 'PC1125', message, help: 'add timeout: 10m, or answer with --approve auto' });
    }
    return {
      asks: true,
      passes: true,
      preview: (scope) => question?.fill(scope) ?? '',
      // biome-ignore lint/correctness/useYield: a gate has nothing to tell before its answer
      async *run(context) {
        const said = await context.ask(question?.fill(context.scope) ?? '', options.timeout);
        const approved = said ?? byDefault(options.default, options.timeout ?? 0);
        if (!approved) {
          throw new StepError(`the answer to step "${context.path}" was no`, { code: 'PC9103', reason: 'denied' });
        }
        return { output: context.scope.input, data: { approved, answered: said !== null }, passThrough: true };
      },
    };
  },
});

function byDefault(answer: 'yes' | 'no' | undefined, timeoutMs: number): boolean {
  if (answer !== undefined) return answer === 'yes';
  throw new ToolError(`nobody answered within ${timeoutMs / 1000} s`, {
    code: 'PC7066',
    reason: 'needs_human',
    help: 'raise its "timeout", or say with "default" what counts then',
  });
}
