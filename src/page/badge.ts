import type { RunStatus } from '../core/run.ts';
import { el, fill } from './element.ts';
import { icon, type State } from './icon.ts';

/** A state as a sign and a word. */
export function badge(state: State, word: string = state): HTMLElement {
  const element = el('span', { class: `badge ${state}` });
  setBadge(element, state, word);
  return element;
}

/** The same element with another state; untouched when it says that already. */
export function setBadge(element: HTMLElement, state: State, word: string = state): void {
  if (element.dataset['says'] === `${state} ${word}`) return;
  element.dataset['says'] = `${state} ${word}`;
  element.className = `badge ${state}`;
  fill(element, icon(state), word);
}

const STATES: Readonly<Record<RunStatus | 'running', State>> = {
  running: 'running',
  success: 'done',
  failed: 'failed',
  not_met: 'failed',
  limited: 'failed',
  blocked: 'failed',
  interrupted: 'skipped',
};

/** How a status is called. */
export const STATUS_WORDS: Readonly<Record<RunStatus | 'running', string>> = {
  running: 'running',
  success: 'success',
  failed: 'failed',
  not_met: 'objective not met',
  limited: 'limit reached',
  blocked: 'needs a person',
  interrupted: 'stopped',
};

/** The status of a run. */
export function statusBadge(status: RunStatus | 'running'): HTMLElement {
  return badge(STATES[status] ?? 'waiting', STATUS_WORDS[status] ?? status);
}
