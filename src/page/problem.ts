import { el } from './element.ts';
import type { Problem } from './request.ts';

/** An error: its code, what happened, where, and what helps. */
export function problemBox({ code, message, help }: Problem, step?: string): HTMLElement {
  return el(
    'div',
    { class: 'problem', role: 'alert' },
    el('p', {}, code !== undefined && el('code', { class: 'code' }, code), code !== undefined && ' ', message),
    step !== undefined && el('p', { class: 'note' }, 'In step ', el('code', {}, step)),
    help !== undefined && el('p', { class: 'help' }, help),
  );
}
