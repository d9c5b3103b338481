import type { Event as RunEvent, ToolCompleted, ToolStarted, TurnCompleted } from '../../core/event.ts';
import { badge, setBadge } from '../badge.ts';
import { el, fill } from '../element.ts';
import { cost, duration, pretty, tokens } from '../format.ts';
import { createTextSink, type TextSink } from '../text-sink.ts';
import { folded } from './folded.ts';

/** The turns of a model with tools, and the calls it makes, in the order they come. */
export interface Turns {
  take(event: RunEvent): void;
  insideCall(call: string): HTMLElement | undefined;
  /** Where what belongs to the turn that goes on stands; outside of turns, the body. */
  place(): HTMLElement;
  /** What the last turn said. */
  lastText(): string | undefined;
  /** Calls that have not told their end will not. */
  runEnded(): void;
  /** Takes away what the turn that goes on has said, since it is tried again. */
  dropText(): string;
}

export function createTurns(body: HTMLElement): Turns {
  const calls = new Map<string, DrawnCall>();
  let count = 0;
  let turn: { readonly text: TextSink; readonly figures: HTMLElement; readonly element: HTMLElement } | undefined;

  return {
    take,
    insideCall: (call) => calls.get(call)?.inside,
    place: () => turn?.element ?? body,
    lastText: () => turn?.text.text,
    runEnded() {
      for (const each of calls.values()) each.cutOff();
    },
    dropText() {
      const said = turn?.text.text ?? '';
      turn?.text.replace('');
      return said;
    },
  };

  function take(event: RunEvent): void {
    switch (event.type) {
      case 'turn.started':
        begin(event.model);
        break;
      case 'turn.delta':
        turn?.text.append(event.text);
        break;
      case 'turn.completed':
        end(event);
        break;
      case 'tool.started':
        call(event);
        break;
      case 'tool.completed':
        answered(event);
        break;
    }
  }

  function begin(model: string): void {
    count += 1;
    const text = createTextSink();
    const figures = el('span', { class: 'figures' }, model);
    const element = el(
      'section',
      { class: 'turn', 'aria-label': `Turn ${count}` },
      el('p', { class: 'turn-head' }, `Turn ${count} `, figures),
      text.element,
    );
    turn = { text, figures, element };
    body.append(element);
  }

  function end({ text, model, duration_ms, usage, cost_usd, attempts }: TurnCompleted): void {
    const again = attempts > 1 ? [`${attempts} attempts`] : [];
    turn?.text.replace(text);
    if (turn !== undefined)
      fill(turn.figures, [model, duration(duration_ms), tokens(usage), cost(cost_usd), ...again].join(' · '));
  }

  function call(event: ToolStarted): void {
    const drawn = drawCall(event);
    calls.set(event.call, drawn);
    (turn?.element ?? body).append(drawn.element);
  }

  function answered(event: ToolCompleted): void {
    calls.get(event.call)?.end(event);
  }
}

interface DrawnCall {
  readonly element: HTMLElement;
  readonly inside: HTMLElement;
  end(event: ToolCompleted): void;
  /** Unless it has ended. */
  cutOff(): void;
}

const LONGEST = 60;

function drawCall({ tool, arguments: given }: ToolStarted): DrawnCall {
  const state = badge('running');
  const figures = el('span', { class: 'figures' });
  const short = JSON.stringify(given);
  const inside = el('div', { class: 'inside' });
  const answer = el('div', {});
  const summary = el(
    'span',
    { class: 'call' },
    el('code', {}, tool),
    el('code', { class: 'short' }, short.length > LONGEST ? `${short.slice(0, LONGEST - 1)}…` : short),
    state,
    figures,
  );
  const element = folded(
    summary,
    el('p', { class: 'label' }, 'Arguments'),
    el('div', { class: 'text code' }, pretty(given)),
    inside,
    answer,
  );
  let isGoing = true;
  return {
    element,
    inside,
    cutOff() {
      if (isGoing) setBadge(state, 'skipped', 'cut off');
      isGoing = false;
    },
    end({ is_error, text, data, duration_ms, reused }) {
      isGoing = false;
      setBadge(state, is_error ? 'failed' : 'done', is_error ? 'error' : reused ? 'done, of an earlier run' : 'done');
      fill(figures, duration(duration_ms));
      fill(
        answer,
        el('p', { class: 'label' }, is_error ? 'Error' : 'Answer'),
        el('div', { class: 'text code' }, text === '' && data !== undefined ? pretty(data) : text),
      );
    },
  };
}
