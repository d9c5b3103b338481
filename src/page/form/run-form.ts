import { el, fill } from '../element.ts';
import { problemBox } from '../problem.ts';
import { type Problem, problemOf } from '../request.ts';
import type { Given, ServedChain } from '../wire.ts';
import { createField } from './field.ts';
import { createFieldGroup } from './field-group.ts';

/** A form of everything a client can give a run of this chain. `submit` rejects with what the server finds wrong. */
export function runForm(chain: ServedChain, submit: (given: Given) => Promise<void>): HTMLElement {
  const input = createFieldGroup(chain.takesInput ? [createField('input', { type: 'string', required: true }, 'Input')] : []);
  const inputs = createFieldGroup(Object.entries(chain.inputs).map(([name, spec]) => createField(name, spec)));
  const overrides = createFieldGroup(
    chain.overridable.map((name) => createField(name, OVERRIDES[name] ?? { type: 'string', required: false })),
  );
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
    ...input.elements,
    ...inputs.elements,
    overrides.elements.length > 0 && el('details', {}, el('summary', {}, 'Settings'), ...overrides.elements),
    el('div', { class: 'actions' }, button),
  );
  return form;

  async function send(): Promise<void> {
    fill(problems);
    const readings = [input.read(), inputs.read(), overrides.read()] as const;
    const wrong = readings.find((reading) => reading.wrong !== undefined)?.wrong;
    if (wrong !== undefined) return wrong.focus();
    const [typed, values, settings] = readings;
    button.disabled = true;
    try {
      await submit({
        ...(typed.values as { readonly input?: string }),
        inputs: values.values,
        ...(overrides.elements.length === 0 ? {} : { overrides: settings.values }),
      });
    } catch (error) {
      show(problemOf(error));
    } finally {
      button.disabled = false;
    }
  }

  /** Beside the field it is about, where the server says which one that is. */
  function show(problem: Problem): void {
    const about = [input.complain(problem), inputs.complain(problem)].find((field) => field !== undefined);
    if (about === undefined) fill(problems, problemBox(problem));
    else about.focus();
  }
}

const OVERRIDES: Readonly<Record<string, { readonly type: 'number' | 'integer'; readonly required: false }>> = {
  temperature: { type: 'number', required: false },
  top_p: { type: 'number', required: false },
  max_tokens: { type: 'integer', required: false },
  seed: { type: 'integer', required: false },
};
