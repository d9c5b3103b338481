import type { Event as RunEvent } from '../../core/event.ts';
import { badge, setBadge } from '../badge.ts';
import { el } from '../element.ts';
import type { State } from '../icon.ts';
import type { Outline, OutlineNode } from '../wire.ts';
import { isEnd } from './is-end.ts';

/** The steps of a chain as a drawing that is a list, each with how it stands in the run. */
export interface Graph {
  readonly element: HTMLElement;
  take(event: RunEvent): void;
}

export function createGraph(outline: Outline, show?: (path: string) => void): Graph {
  const nodes = new Map<string, DrawnNode>();
  const element = el('div', { class: 'graph' }, draw(outline.steps));
  if (outline.last.length > 0) {
    element.append(el('div', { class: 'branch' }, el('p', { class: 'branch-name' }, 'finally'), draw(outline.last)));
  }
  return { element, take };

  function draw(list: readonly OutlineNode[]): HTMLElement {
    return el('ol', { class: 'column' }, ...list.map(drawNode));
  }

  function drawNode({ path, title, notes, condition, parts }: OutlineNode): HTMLElement {
    const drawn = createNode();
    nodes.set(path, drawn);
    const name =
      show === undefined
        ? el('span', { class: 'node-title' }, title)
        : el('button', { type: 'button', class: 'node-title', onclick: () => show(path) }, title);
    return el(
      'li',
      {},
      condition !== undefined && el('p', { class: 'condition' }, 'if ', el('code', {}, condition)),
      el(
        'div',
        { class: parts.length > 0 ? 'node group' : 'node' },
        el('div', { class: 'node-head' }, name, show !== undefined && drawn.badge),
        ...notes.map((note) => el('p', { class: 'note' }, note)),
        parts.length > 0 &&
          el(
            'div',
            { class: 'branches' },
            ...parts.map(({ label, nodes: inner }) =>
              el('div', { class: 'branch' }, label !== '' && el('p', { class: 'branch-name' }, label), draw(inner)),
            ),
          ),
      ),
    );
  }

  function take(event: RunEvent): void {
    if (isEnd(event)) {
      for (const node of nodes.values()) node.end();
    } else if ('step' in event && event.step !== undefined) {
      nodes.get(plainPath(event.step))?.take(event, /\]$/.test(event.step));
    }
  }
}

/** Without the numbers of items, turns and attempts. */
export function plainPath(path: string): string {
  return path.replace(/\[\d+\]|#\d+/g, '');
}

interface DrawnNode {
  readonly badge: HTMLElement;
  take(event: RunEvent, isItem: boolean): void;
  end(): void;
}

/** A step of the file may run many times: its state is that of the runs of it that go on, or of the last one. */
function createNode(): DrawnNode {
  const element = badge('waiting');
  let going = 0;
  let times = 0;
  let items = 0;
  const tell = (state: State, word: string = state): void => {
    const often = items > 0 ? `, ${items} items` : times > 1 ? `, ${times} times` : '';
    setBadge(element, state, `${word}${often}`);
  };
  const ended = (state: State, word: string = state): void => {
    going -= 1;
    if (going > 0) tell('running');
    else tell(state, word);
  };
  return {
    badge: element,
    take(event, isItem) {
      if (isItem) {
        if (event.type === 'step.completed') items += 1;
        if (event.type === 'step.completed') tell('running');
        return;
      }
      switch (event.type) {
        case 'step.started':
          going += 1;
          times += 1;
          return tell('running');
        case 'step.retrying':
          return tell('retrying', `attempt ${event.attempt + 1}`);
        case 'step.completed':
          return ended('done', event.attempts > 1 ? `done, attempt ${event.attempts}` : 'done');
        case 'step.failed':
          return ended('failed', event.continued ? 'failed, went on' : 'failed');
        case 'step.skipped':
          return tell('skipped');
      }
    },
    end() {
      if (times === 0 && element.classList.contains('waiting')) tell('waiting', 'not run');
      else if (going > 0) tell('skipped', 'cut off');
    },
  };
}
