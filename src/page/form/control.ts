import type { InputSpec } from '../../core/chain.ts';
import type { Json } from '../../core/json.ts';
import { el } from '../element.ts';
import { listOf, mapOf, textFor } from './lines.ts';

/** What a field has: a value, nothing, or something that cannot be one. */
export type Reading = { readonly value: Json } | { readonly problem: string } | undefined;

/** Where a value is put in. */
export interface Control {
  readonly element: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
  /** How to write it, where that is not plain. */
  readonly hint?: string;
  read(): Reading;
}

type MakeControl = (spec: InputSpec) => Control;

/** A control for each type that an input can have. */
export const CONTROLS: Readonly<Record<InputSpec['type'], MakeControl>> = {
  string: ({ default: initial }) => {
    const element = area(initial, 2);
    return { element, read: () => (element.value === '' && initial === undefined ? undefined : { value: element.value }) };
  },
  number: (spec) => numberControl(spec, 'any'),
  integer: (spec) => numberControl(spec, '1'),
  boolean: ({ default: initial }) => {
    if (initial === undefined)
      return choice(['true', 'false'], undefined, (text) => text === 'true', { true: 'yes', false: 'no' });
    const element = el('input', { type: 'checkbox', checked: initial === true });
    return { element, read: () => ({ value: element.checked }) };
  },
  choice: ({ options = [], default: initial }) => choice(options, initial, (text) => text),
  list: ({ default: initial }) => structured(initial, listOf, 'One item a line, or a JSON list.'),
  map: ({ default: initial }) => structured(initial, mapOf, 'One “key: value” a line, or a JSON map.'),
};

function numberControl({ default: initial }: InputSpec, step: string): Control {
  const element = el('input', { type: 'number', step, value: initial === undefined ? '' : textFor(initial) });
  return {
    element,
    read: () => {
      if (element.validity.badInput) return { problem: 'This is not a number.' };
      if (element.value === '') return undefined;
      if (element.validity.stepMismatch) return { problem: 'This is not a whole number.' };
      return { value: Number(element.value) };
    },
  };
}

function choice(
  options: readonly string[],
  initial: Json | undefined,
  toValue: (text: string) => Json,
  labels: Readonly<Record<string, string>> = {},
): Control {
  const element = el('select', {});
  if (initial === undefined) element.append(el('option', { value: '' }, '—'));
  for (const option of options) {
    element.append(el('option', { value: option, selected: option === initial }, labels[option] ?? option));
  }
  return {
    element,
    read: () => (initial === undefined && element.selectedIndex === 0 ? undefined : { value: toValue(element.value) }),
  };
}

function structured(initial: Json | undefined, parse: (text: string) => Reading & object, hint: string): Control {
  const element = area(initial, 3);
  element.className = 'code';
  element.spellcheck = false;
  return { element, hint, read: () => (element.value.trim() === '' && initial === undefined ? undefined : parse(element.value)) };
}

function area(initial: Json | undefined, rows: number): HTMLTextAreaElement {
  const element = el('textarea', { rows });
  element.value = initial === undefined ? '' : textFor(initial);
  return element;
}
