import { fields } from '../lib/fields.ts';
import { defineKind, quiet } from './define.ts';

/** A step that does nothing but write to memory: the option every step has, on its own. */
export const remember = defineKind({
  key: 'remember',
  summary: 'writes to memory, on its own or on any other step',
  example: '- remember: { last_topic: "{input}" }\n',
  shape: 'leaf',
  options: fields({}),
  bind() {
    return { passes: true, run: quiet(() => ({ output: '', passThrough: true })) };
  },
});
