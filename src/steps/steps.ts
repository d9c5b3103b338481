import { z } from 'zod';
import { fields } from '../lib/fields.ts';
import { defineKind } from './define.ts';

/** A group: its steps run in order and its output is the last one's. */
export const steps = defineKind({
  key: 'steps',
  summary: 'a group of steps, run in order',
  example: '- if: size(input) > 2000\n  steps:\n    - "Shorten this to one paragraph: {input}"\n',
  shape: 'group',
  options: fields({ steps: () => z.array(z.unknown()).min(1, 'needs at least one step').describe('the steps of the group') }),
  bind(_options, binding) {
    const children = binding.steps(['steps']);
    return { parts: [{ name: '', steps: children }], run: (context) => context.runSteps(children) };
  },
});
