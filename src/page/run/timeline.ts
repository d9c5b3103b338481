import type { Event as RunEvent } from '../../core/event.ts';
import { el, fill } from '../element.ts';
import { duration } from '../format.ts';
import { beforeFrame } from '../frames.ts';

/** What happened when: a bar for each step, turn and call, from when it began to when it ended. */
export interface Timeline {
  readonly element: HTMLElement;
  take(event: RunEvent): void;
}

interface Bar {
  readonly element: HTMLElement;
  readonly bar: HTMLElement;
  readonly length: HTMLElement;
  readonly from: number;
  to: number | undefined;
}

export function createTimeline(): Timeline {
  const element = el('ol', { class: 'timeline' });
  const bars = new Map<string, Bar>();
  let first: number | undefined;
  let last = 0;
  let drawnTo = 0;

  return { element, take };

  function take(event: RunEvent): void {
    const at = Date.parse(event.ts);
    first ??= at;
    last = Math.max(last, at);
    switch (event.type) {
      case 'step.started':
        begin(event.step, 'step', event.step, at);
        break;
      case 'turn.started':
        begin(event.turn, 'turn', event.turn, at);
        break;
      case 'tool.started':
        begin(event.call, 'call', `${event.call} ${event.tool}`, at);
        break;
      case 'step.completed':
        end(event.step, 'done', at);
        break;
      case 'step.failed':
        end(event.step, 'failed', at);
        break;
      case 'turn.completed':
        end(event.turn, 'done', at);
        break;
      case 'tool.completed':
        end(event.call, event.is_error ? 'failed' : 'done', at);
        break;
      case 'run.started':
        beforeFrame(draw);
        break;
      case 'run.completed':
      case 'run.failed':
      case 'run.interrupted':
        for (const [path, { to }] of bars) if (to === undefined) end(path, 'skipped', at);
        beforeFrame(draw);
        break;
      default:
        if (at - drawnTo > (last - first) / 50) beforeFrame(draw);
    }
  }

  function begin(path: string, kind: string, label: string, at: number): void {
    const bar = el('div', { class: `span of-${kind} running` });
    const length = el('span', { class: 'length' });
    const row = el('li', {}, el('span', { class: 'row-label' }, label), length, el('div', { class: 'track' }, bar));
    element.append(row);
    bars.set(path, { element: row, bar, length, from: at, to: undefined });
    beforeFrame(draw);
  }

  function end(path: string, state: string, at: number): void {
    const found = bars.get(path);
    if (found === undefined) return;
    found.to = at;
    found.bar.classList.replace('running', state);
    beforeFrame(draw);
  }

  function draw(): void {
    const start = first ?? 0;
    const whole = Math.max(last - start, 1);
    drawnTo = last;
    for (const { bar, length, from, to } of bars.values()) {
      bar.style.setProperty('left', `${(100 * (from - start)) / whole}%`);
      bar.style.setProperty('width', `${(100 * ((to ?? last) - from)) / whole}%`);
      fill(length, to === undefined ? 'running' : duration(to - from));
    }
  }
}
