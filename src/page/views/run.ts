import type { Event as RunEvent } from '../../core/event.ts';
import { servedChains } from '../chains.ts';
import { el, fill } from '../element.ts';
import { follow } from '../frames.ts';
import { problemBox } from '../problem.ts';
import { part, problemOf } from '../request.ts';
import type { View } from '../router.ts';
import { type Feed, openFeed } from '../run/feed.ts';
import { createGraph, type Graph } from '../run/graph.ts';
import { createResult } from '../run/result.ts';
import { createSteps } from '../run/steps.ts';
import { createSummary } from '../run/summary.ts';
import { createTimeline } from '../run/timeline.ts';

/** One run: as it goes on, or as it was. */
export async function runView(id: string): Promise<View> {
  const [feed, chains] = await Promise.all([openFeed(id), servedChains()]);
  const [summary, result, steps, timeline] = [createSummary(), createResult(), createSteps(), createTimeline()];
  const drawing = el('section', {}, el('h2', {}, 'Chain'));
  drawing.hidden = true;
  let graph: Graph | undefined;
  const heading = el('h1', {}, 'Run');
  const actions = el('div', { class: 'actions' }, stopButton(feed));

  const leave = feed.read({
    take(event) {
      if (event.type === 'run.started') begin(event.chain.name);
      for (const reader of [summary, result, steps, timeline, graph]) reader?.take(event);
      if (isEnd(event)) actions.querySelector('.stop')?.remove();
    },
    end(problem) {
      actions.querySelector('.stop')?.remove();
      summary.close();
      if (problem !== undefined) result.broke(problem);
    },
  });
  const unfollow = follow();
  const element = el(
    'div',
    {},
    heading,
    summary.element,
    actions,
    result.element,
    el(
      'div',
      { class: 'columns run' },
      el('div', { class: 'aside' }, drawing, el('section', {}, el('h2', {}, 'Timeline'), timeline.element)),
      el('section', {}, el('h2', {}, 'Steps'), steps.element),
    ),
  );
  return {
    title: `Run of ${heading.textContent}`,
    element,
    close() {
      leave();
      unfollow();
      summary.close();
    },
  };

  function begin(name: string): void {
    const chain = chains.find((each) => each.name === name);
    fill(heading, name);
    if (chain === undefined) return;
    graph = createGraph(chain.outline, steps.show);
    drawing.append(graph.element);
    drawing.hidden = false;
    actions.append(el('a', { href: `#/chains/${part(name)}` }, 'Run this chain again'));
  }
}

function isEnd({ type }: RunEvent): boolean {
  return type === 'run.completed' || type === 'run.failed' || type === 'run.interrupted';
}

function stopButton(feed: Feed): HTMLElement {
  const button = el('button', { type: 'button', class: 'stop', onclick: () => void stop() }, 'Stop');
  return button;

  async function stop(): Promise<void> {
    button.disabled = true;
    try {
      await feed.stop();
    } catch (error) {
      button.disabled = false;
      button.after(problemBox(problemOf(error)));
    }
  }
}
