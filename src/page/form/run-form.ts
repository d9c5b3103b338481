import type { Json } from '../../core/json.ts';
import { el, fill } from '../element.ts';
import { problemBox } from '../problem.ts';
import { type Problem, problemOf } from '../request.ts';
import type { Given, ServedChain } from '../wire.ts';
import { createField, type Field } from './field.ts';

/** A form of everything a client can give a run of this chain. `submit` rejects with what the server finds wrong. */
export function runForm(chain: ServedChain, submit: (given: Given) => Promise<void>): HTMLElement {
  const input = chain.takesInput ? createField('input', { type: 'string', required: true }, 'Input') : undefined;
  const inputs = Object.entries(chain.inputs).map(([name, spec]) => createField(name, spec));
  const overrides = chain.overridable.map((name) => createField(name, OVERRIDES[name] ?? { type: 'string', required: false }));
  const problems = el('div', {});
  const button = el('button', { type: 'submit', class: 'main' }, 'Run');
  const form = el(
    'form',
    {
      novalidate: true,
      class: 'run-form',
      onsubmit: (event) => {
        event.preventDefault();
        void send();
      },
    },
    problems,
    input?.element,
    ...inputs.map(({ element }) => element),
    overrides.length > 0 && el('details', {}, el('summary', {}, 'Settings'), ...overrides.map(({ element }) => element)),
    el('div', { class: 'actions' }, button),
  );
  return form;

  async function send(): Promise<void> {
    fill(problems);
    const fields = [...(input === undefined ? [] : [input]), ...inputs, ...overrides];
    const readings = new Map(fields.map((field) => [field, field.read()]));
    const wrong = fields.find((field) => isWrong(readings.get(field)));
    if (wrong !== undefined) return wrong.focus();
    const valuesOf = (some: readonly Field[]): { readonly [name: string]: Json } =>
      Object.fromEntries(
        some.flatMap((field) => {
          const reading = readings.get(field);
          return reading !== undefined && 'value' in reading ? [[field.name, reading.value]] : [];
        }),
      );
    button.disabled = true;
    try {
      await submit({
        ...(input === undefined ? {} : (valuesOf([input]) as { readonly input?: string })),
        inputs: valuesOf(inputs),
        ...(overrides.length === 0 ? {} : { overrides: valuesOf(overrides) }),
      });
    } catch (error) {
      show(problemOf(error));
    } finally {
      button.disabled = false;
    }
  }

  /** Beside the field it is about, where the server says which one that is. */
  function show(problem: Problem): void {
    const about = [...(input === undefined ? [] : [input]), ...inputs].filter(({ name }) => problem.inputs?.[name] !== undefined);
    for (const field of about) field.complain(problem.inputs?.[field.name]);
    if (about.length === 0) fill(problems, problemBox(problem));
    else about[0]?.focus();
  }
}

const OVERRIDES: Readonly<Record<string, { readonly type: 'number' | 'integer'; readonly required: false }>> = {
  temperature: { type: 'number', required: false },
  top_p: { type: 'number', required: false },
  max_tokens: { type: 'integer', required: false },
  seed: { type: 'integer', required: false },
};

function isWrong(reading: ReturnType<Field['read']>): boolean {
  return reading !== undefined && 'problem' in reading;
}
