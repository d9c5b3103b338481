import { announce } from '../announce.ts';
import { el, fill } from '../element.ts';
import type { TellConnection } from '../retries.ts';

/** Says how the connection of a run stands when it does not. A screen reader is told once, and not of every attempt. */
export function createConnectionNote(): { readonly element: HTMLElement; readonly tell: TellConnection } {
  const element = el('p', { class: 'note' });
  element.hidden = true;
  return {
    element,
    tell(says, again) {
      if (says !== undefined && (element.hidden || again !== undefined)) announce(says);
      if (says === undefined && !element.hidden) announce('The connection is back.');
      element.hidden = says === undefined;
      const button = again && el('button', { type: 'button', class: 'quiet', onclick: again }, 'Connect again');
      fill(element, says, button && ' ', button);
    },
  };
}
