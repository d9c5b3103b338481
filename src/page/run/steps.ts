import type { Event as RunEvent } from '../../core/event.ts';
import { el } from '../element.ts';
import { plainPath } from './graph.ts';
import { isEnd } from './is-end.ts';
import { createCard, type StepCard } from './step-card.ts';

/** The steps of a run as they happen: a card each, inside the cards of the steps around them. */
export interface Steps {
  readonly element: HTMLElement;
  take(event: RunEvent): void;
  /** Brings the last card of this step of the file into view. */
  show(path: string): void;
}

export function createSteps(): Steps {
  const element = el('div', { class: 'steps' });
  /** By journal path: what stands inside a step, a branch or a call. */
  const insides = new Map<string, HTMLElement>();
  const cards = new Map<string, StepCard>();
  return { element, take, show };

  function take(event: RunEvent): void {
    if (isEnd(event)) for (const card of cards.values()) card.runEnded();
    if (!('step' in event) || event.step === undefined) return;
    if (event.type === 'warning' || event.type === 'memory.written') cards.get(event.step)?.take(event);
    else cardOf(event.step).take(event);
    if (event.type === 'tool.started') {
      const inside = cards.get(event.step)?.insideCall(event.call);
      if (inside !== undefined) insides.set(event.call, inside);
    }
  }

  function cardOf(path: string): StepCard {
    const known = cards.get(path);
    if (known !== undefined) return known;
    const card = createCard(path, depthOf(path));
    cards.set(path, card);
    const around = insideOf(aroundOf(path));
    around.append(card.element);
    insides.set(path, card.inside);
    return card;
  }

  /** Where the steps inside `path` stand; a branch has no step of its own, so its place is made when it is first needed. */
  function insideOf(path: string | undefined): HTMLElement {
    if (path === undefined) return element;
    const known = insides.get(path);
    if (known !== undefined) return known;
    const attempt = /^(.*)#(\d+)$/.exec(path);
    const label = attempt === null ? path.slice(path.lastIndexOf('/') + 1) : `attempt ${attempt[2]}`;
    const inside = el('div', { class: 'branch-steps' });
    insideOf(attempt === null ? aroundOf(path) : attempt[1]).append(
      el('section', { class: 'branch', 'aria-label': label }, el('p', { class: 'branch-name' }, LABELS[label] ?? label), inside),
    );
    insides.set(path, inside);
    return inside;
  }

  function show(path: string): void {
    const found = [...cards].filter(([own]) => plainPath(own) === path).at(-1);
    found?.[1].show();
  }
}

const LABELS: Readonly<Record<string, string>> = { 'on-error': 'in its place' };

/** The path of what is around it; undefined at the top. */
function aroundOf(path: string): string | undefined {
  const item = /^(.*)\[\d+\]$/.exec(path);
  if (item !== null) return item[1];
  const slash = path.lastIndexOf('/');
  return slash < 0 ? undefined : path.slice(0, slash);
}

function depthOf(path: string): number {
  return path.split(/\/|\[/).length;
}
