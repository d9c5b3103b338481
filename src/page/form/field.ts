import type { InputSpec } from '../../core/chain.ts';
import { el, fill, newId } from '../element.ts';
import { CONTROLS, type Control, type Reading } from './control.ts';

/** A labelled control, with what is wrong with it beside it. */
export interface Field {
  readonly name: string;
  readonly element: HTMLElement;
  /** The value; a problem is shown and told. */
  read(): Reading;
  /** Shows what is wrong, or nothing. */
  complain(problem: string | undefined): void;
  focus(): void;
}

export function createField(name: string, spec: InputSpec, label: string = name): Field {
  const control: Control = CONTROLS[spec.type](spec);
  const { element: input, hint } = control;
  const id = newId('field');
  const about = [spec.description, hint].filter((text) => text !== undefined).join(' ');
  const wrong = el('p', { id: `${id}-wrong`, class: 'wrong' });
  wrong.hidden = true;
  input.id = id;
  input.name = name;
  if (spec.required) input.setAttribute('aria-required', 'true');
  describe();

  const labelled = el('label', { for: id }, label, spec.required && el('span', { class: 'required' }, ' required'));
  const help = about === '' ? undefined : el('p', { id: `${id}-about`, class: 'about' }, about);
  const isCheck = input instanceof HTMLInputElement && input.type === 'checkbox';
  const element = isCheck
    ? el('div', { class: 'field' }, el('div', { class: 'check' }, input, labelled), help, wrong)
    : el('div', { class: 'field' }, labelled, help, input, wrong);

  return { name, element, complain, focus, read };

  /** Nothing that is folded away takes the focus. */
  function focus(): void {
    for (let around = element.closest('details'); around !== null; around = around.parentElement?.closest('details') ?? null) {
      around.open = true;
    }
    input.focus();
  }

  function read(): Reading {
    const reading = control.read();
    if (reading === undefined && spec.required) return refuse('This is required.');
    if (reading !== undefined && 'problem' in reading) return refuse(reading.problem);
    complain(undefined);
    return reading;
  }

  function refuse(problem: string): Reading {
    complain(problem);
    return { problem };
  }

  function complain(problem: string | undefined): void {
    wrong.hidden = problem === undefined;
    fill(wrong, problem);
    if (problem === undefined) input.removeAttribute('aria-invalid');
    else input.setAttribute('aria-invalid', 'true');
    describe();
  }

  function describe(): void {
    const ids = [...(about === '' ? [] : [`${id}-about`]), ...(wrong.hidden ? [] : [`${id}-wrong`])];
    if (ids.length > 0) input.setAttribute('aria-describedby', ids.join(' '));
    else input.removeAttribute('aria-describedby');
  }
}
