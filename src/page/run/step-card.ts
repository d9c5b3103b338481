import type { Event as RunEvent, StepCompleted, StepFailed, StepRetrying } from '../../core/event.ts';
import { badge, setBadge } from '../badge.ts';
import { el, fill } from '../element.ts';
import { cost, duration, pretty, tokens } from '../format.ts';
import { problemBox } from '../problem.ts';
import { createTextSink, type TextSink } from '../text-sink.ts';
import { folded } from './folded.ts';
import { createTurns } from './turns.ts';

/** One step of a run: how it stands, what it said, what it did. */
export interface StepCard {
  readonly element: HTMLElement;
  /** Where the steps inside it stand. */
  readonly inside: HTMLElement;
  /** Where the steps of a call stand, when the tool is a chain. */
  insideCall(call: string): HTMLElement | undefined;
  take(event: RunEvent): void;
  /** The run has ended; a step whose process was killed has not told its end. */
  runEnded(): void;
  show(): void;
}

export function createCard(path: string, depth: number): StepCard {
  const state = badge('waiting');
  const title = el(`h${Math.min(2 + depth, 6)}` as 'h3', { class: 'step-title', tabindex: '-1' }, path);
  const about = el('p', { class: 'about' });
  const figures = el('p', { class: 'figures' });
  const body = el('div', { class: 'step-body' });
  const inside = el('div', { class: 'inside' });
  const element = el(
    'article',
    { class: 'step', 'data-path': path },
    el('header', { class: 'step-head' }, title, state, about, figures),
    body,
    inside,
  );
  const turns = createTurns(body);
  let text: TextSink | undefined;
  let reasoning: TextSink | undefined;
  let log: TextSink | undefined;
  let isGoing = false;

  return {
    element,
    inside,
    insideCall: turns.insideCall,
    show() {
      title.focus({ preventScroll: true });
      element.scrollIntoView({ block: 'start' });
    },
    runEnded() {
      if (isGoing) setBadge(state, 'skipped', 'cut off');
      isGoing = false;
      turns.runEnded();
    },
    take,
  };

  function take(event: RunEvent): void {
    switch (event.type) {
      case 'step.started':
        fill(title, /^\d+$/.test(event.id) ? `${event.id}. ${event.kind}` : event.id);
        fill(about, [event.kind, event.model].filter((word) => word !== undefined && word !== event.id).join(', '));
        setBadge(state, 'running');
        isGoing = true;
        break;
      case 'step.delta':
        say(event.text);
        break;
      case 'step.reasoning_delta':
        reasoning ??= foldedText('Reasoning');
        reasoning.append(event.text);
        break;
      case 'step.log':
        log ??= foldedText('Log', 'text code');
        log.append(event.text.endsWith('\n') ? event.text : `${event.text}\n`);
        break;
      case 'step.retrying':
        retry(event);
        break;
      case 'step.completed':
        isGoing = false;
        complete(event);
        break;
      case 'step.failed':
        isGoing = false;
        fail(event);
        break;
      case 'step.skipped': {
        fill(title, event.id);
        fill(about, event.kind);
        body.append(
          el(
            'p',
            { class: 'note' },
            'Skipped, for ',
            el('code', {}, event.condition),
            ' does not hold: ',
            valuesOf(event.values),
          ),
        );
        setBadge(state, 'skipped');
        break;
      }
      case 'objective.checked':
        body.append(
          el(
            'p',
            { class: 'note' },
            el('code', {}, event.condition),
            event.met ? ' holds: ' : ' does not hold: ',
            valuesOf(event.values),
          ),
        );
        break;
      case 'warning':
        body.append(el('p', { class: 'warning' }, el('code', {}, event.code), ' ', event.message));
        break;
      case 'memory.written':
        if (!event.committed) body.append(el('p', { class: 'note' }, `Remembers ${event.keys.join(', ')} in ${event.namespace}`));
        break;
      case 'turn.started':
        reasoning = undefined;
        turns.take(event);
        break;
      default:
        turns.take(event);
        break;
    }
  }

  function say(more: string): void {
    if (text === undefined) {
      text = createTextSink();
      body.append(text.element);
    }
    text.append(more);
  }

  /** What the attempt had said does not count; it stays to be looked at. */
  function retry({ attempt, attempts, wait_ms, error, model }: StepRetrying): void {
    const next = model === undefined ? '' : `, now ${model}`;
    setBadge(state, 'retrying', `attempt ${attempt + 1} of ${attempts}`);
    const said = text?.text ?? turns.dropText();
    text?.element.remove();
    text = undefined;
    reasoning = undefined;
    turns
      .place()
      .append(
        folded(
          `Attempt ${attempt} failed, waits ${duration(wait_ms)}${next}: ${error.message}`,
          problemBox(error),
          said !== '' && el('div', { class: 'text dropped' }, said),
        ),
      );
  }

  function complete(event: StepCompleted): void {
    const { output, data, attempts, cached, reused } = event;
    const notes = [attempts > 1 && `${attempts} attempts`, cached && 'from the cache', reused && 'of an earlier run'];
    setBadge(state, 'done', ['done', ...notes.filter((note) => typeof note === 'string')].join(', '));
    measure(event);
    const isSaid = inside.hasChildNodes() || turns.lastText() === output;
    if (data !== undefined && typeof data === 'object' && !isSaid) show(pretty(data), 'text code');
    else if (!isSaid && output !== '') show(output, 'text');
    if (!isSaid && output === '' && data === undefined) body.append(el('p', { class: 'note' }, 'No output.'));
  }

  function show(whole: string, className: string): void {
    if (text === undefined) {
      text = createTextSink(className);
      body.append(text.element);
    }
    text.element.className = className;
    text.replace(whole);
  }

  function fail(event: StepFailed): void {
    setBadge(state, 'failed', event.continued ? 'failed, the run goes on' : 'failed');
    measure(event);
    const { error, partial } = event;
    // Said before this page listened.
    if (partial !== undefined && text === undefined && turns.lastText() === undefined) show(partial, 'text');
    if (error.step !== undefined && error.step !== path && inside.hasChildNodes()) {
      body.append(el('p', { class: 'note' }, 'For ', el('code', {}, error.step), ' failed.'));
    } else {
      body.append(problemBox(error));
    }
  }

  function measure({ duration_ms, usage, cost_usd }: StepCompleted | StepFailed): void {
    const isAsked = usage.input_tokens + usage.output_tokens > 0;
    fill(figures, [duration(duration_ms), ...(isAsked ? [tokens(usage), cost(cost_usd)] : [])].join(' · '));
  }

  function foldedText(label: string, className = 'text'): TextSink {
    const sink = createTextSink(className);
    turns.place().append(folded(label, sink.element));
    return sink;
  }
}

function valuesOf(values: object): HTMLElement {
  return el('code', {}, JSON.stringify(values));
}
