import { served } from '../chains.ts';
import { el } from '../element.ts';
import { follow } from '../frames.ts';
import { problemBox } from '../problem.ts';
import { part, problemOf } from '../request.ts';
import type { View } from '../router.ts';
import { createConnectionNote } from '../run/connection-note.ts';
import { openFeed, stopRun } from '../run/feed.ts';
import { createGraph } from '../run/graph.ts';
import { isEnd } from '../run/is-end.ts';
import { createResult } from '../run/result.ts';
import { createSteps } from '../run/steps.ts';
import { createSummary } from '../run/summary.ts';
import { createTimeline } from '../run/timeline.ts';

/** One run: as it goes on, or as it was. */
export async function runView(id: string): Promise<View> {
  const [feed, { chains }] = await Promise.all([openFeed(id), served()]);
  const [summary, result, steps, timeline] = [createSummary(), createResult(), createSteps(), createTimeline()];
  const { chain: name } = feed;
  const chain = chains.find((each) => each.name === name);
  const graph = chain && createGraph(chain.outline, steps.show);
  const again = chain && el('a', { href: `#/chains/${part(name)}` }, 'Run this chain again');
  const actions = el('div', { class: 'actions' }, stopButton(id), again);
  const connection = createConnectionNote();
  const held = el('p', { class: 'note' }, 'The server keeps no runs: this one ends when you close or reload the page.');
  held.hidden = !feed.endsWithPage;

  const leave = feed.read({
    take(event) {
      for (const reader of [summary, result, steps, timeline, graph]) reader?.take(event);
      if (isEnd(event)) over();
    },
    connection: connection.tell,
    end(problem) {
      over();
      summary.close();
      if (problem !== undefined) result.broke(problem);
    },
  });
  const unfollow = follow();
  const element = el(
    'div',
    {},
    el('h1', {}, name),
    summary.element,
    actions,
    held,
    connection.element,
    result.element,
    el(
      'div',
      { class: 'columns run' },
      el(
        'div',
        { class: 'aside' },
        graph && el('section', {}, el('h2', {}, 'Chain'), graph.element),
        el('section', {}, el('h2', {}, 'Timeline'), timeline.element),
      ),
      el('section', {}, el('h2', {}, 'Steps'), steps.element),
    ),
  );
  return {
    title: `Run of ${name}`,
    element,
    close() {
      leave();
      unfollow();
      summary.close();
    },
  };

  function over(): void {
    actions.querySelector('.stop')?.remove();
    held.hidden = true;
  }
}

function stopButton(id: string): HTMLElement {
  const button = el('button', { type: 'button', class: 'stop', onclick: () => void stop() }, 'Stop');
  return button;

  async function stop(): Promise<void> {
    button.disabled = true;
    try {
      await stopRun(id);
    } catch (error) {
      button.disabled = false;
      button.after(problemBox(problemOf(error)));
    }
  }
}
