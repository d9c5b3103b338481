import { z } from 'zod';
import { fields } from '../lib/fields.ts';
import { defineKind, quiet } from './define.ts';
import { expression, text, value } from './fields.ts';

const more = {
  status: () => z.enum(['ok', 'failed']).optional().describe('how the run ends: ok (the default) or failed'),
  output: () => value().optional().describe('the output of the run; by default what the next step would have got as {input}'),
};

const long = fields({
  reason: () => text().optional().describe('why the chain stops here'),
  if: () => expression().optional().describe('a CEL condition; when it is false the chain goes on'),
  ...more,
});

/** Ends the chain early, with a reason: what the original called a chain breaker. */
export const stop = defineKind({
  key: 'stop',
  summary: 'ends the chain early, with a reason',
  example: '- stop: "nothing to do"\n  if: size(input) < 20\n',
  shape: 'leaf',
  options: fields({
    stop: () => z.union([text(), long.whole()]).describe('the reason, or a map with reason, if, status and output'),
    ...more,
  }),
  bind(options, binding) {
    const isLong = typeof options.stop === 'object';
    const inside = isLong ? ['stop'] : [];
    const reason = binding.text(isLong ? ['stop', 'reason'] : ['stop']);
    const condition = isLong ? binding.expression(['stop', 'if'], 'bool') : undefined;
    const output = binding.value([...inside, 'output']) ?? binding.value(['output']);
    const status = (typeof options.stop === 'object' ? options.stop.status : undefined) ?? options.status ?? 'ok';
    return {
      passes: true,
      run: quiet(({ scope }) => {
        if (condition !== undefined && condition.evaluate(scope) !== true) return { output: '', passThrough: true };
        const given = output === undefined ? {} : { output: output.value(scope) };
        const why = reason?.fill(scope) ?? condition?.source ?? 'stop';
        return { output: why, passThrough: true, stop: { reason: why, status, ...given } };
      }),
    };
  },
});
