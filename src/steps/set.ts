import { textOf } from '../core/json.ts';
import { fields } from '../lib/fields.ts';
import { defineKind, quiet } from './define.ts';
import { value } from './fields.ts';

/** Names a value; `{input}` of the next step stays what it was. */
export const set = defineKind({
  key: 'set',
  summary: 'names a value for later steps',
  example: '- id: topic\n  set: "{input}"\n',
  shape: 'leaf',
  options: fields({ set: () => value().describe('a text, or any value; one that is exactly one placeholder keeps its type') }),
  bind(_options, binding) {
    const template = binding.value(['set']);
    return {
      passes: true,
      run: quiet(({ scope }) => {
        const data = template?.value(scope) ?? null;
        return { output: textOf(data), data, passThrough: true };
      }),
    };
  },
});
