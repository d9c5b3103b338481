import { announce } from '../announce.ts';
import { el, fill } from '../element.ts';
import { cost, duration, tokens } from '../format.ts';
import { problemBox } from '../problem.ts';
import { part } from '../request.ts';
import { createTextSink, type TextSink } from '../text-sink.ts';
import type { Message, ServerMessage, TurnCompleted, TurnFailed } from './messages.ts';

/** What was said in a conversation, and what is being said. */
export interface Transcript {
  readonly element: HTMLElement;
  take(message: ServerMessage): void;
  /** A message that was sent and that the server has not answered yet. */
  asked(message: Message): void;
  /** The turn that can be stopped, if there is one. */
  going(): string | undefined;
  /** Messages of this page without an end, in the order they were sent: after a lost connection they are sent again. */
  unanswered(): readonly Message[];
}

interface DrawnTurn {
  readonly id: string;
  /** What this page sent; nothing for what others in the session say. */
  readonly sent: Message | undefined;
  readonly element: HTMLElement;
  readonly answer: TextSink;
  readonly state: HTMLElement;
  isOver: boolean;
}

export function createTranscript(onChange: () => void): Transcript {
  const element = el('ol', { class: 'transcript', 'aria-label': 'Conversation' });
  const turns = new Map<string, DrawnTurn>();
  return { element, take, asked: (message) => void turnOf(message.id, message.text, message), going, unanswered };

  function take(message: ServerMessage): void {
    switch (message.type) {
      case 'hello':
        begin(message.turns, message.earlier);
        break;
      case 'turn.queued':
        fill(
          turnOf(message.id, message.text).state,
          `Waits for ${message.position === 1 ? '1 turn' : `${message.position} turns`}`,
        );
        break;
      case 'turn.started': {
        const turn = turnOf(message.id, message.text);
        // Whoever joins, or comes back, is told all text so far.
        turn.answer.replace('');
        fill(turn.state, 'Answering…');
        break;
      }
      case 'delta':
        turns.get(message.id)?.answer.append(message.text);
        break;
      case 'turn.completed':
        complete(message);
        break;
      case 'turn.failed':
        fail(message);
        break;
      case 'reset':
        begin([], 0);
        announce('The conversation is forgotten.');
        break;
      case 'error':
        refuse(message);
        break;
    }
    onChange();
  }

  /** What is not over yet is kept where this page said it; the server tells what others have going on. */
  function begin(said: Extract<ServerMessage, { type: 'hello' }>['turns'], earlier: number): void {
    const kept = open().filter(({ id, sent }) => sent !== undefined && !said.some((turn) => turn.id === id));
    turns.clear();
    fill(element, earlier > 0 && el('li', { class: 'note' }, earlier === 1 ? '1 older turn' : `${earlier} older turns`));
    for (const [index, { id, user, assistant }] of said.entries()) {
      const turn = turnOf(id ?? `said-${index}`, user);
      turn.answer.replace(assistant);
      turn.isOver = true;
      fill(turn.state);
    }
    for (const turn of kept) {
      turns.set(turn.id, turn);
      element.append(turn.element);
    }
  }

  function turnOf(id: string, text: string, sent?: Message): DrawnTurn {
    const known = turns.get(id);
    if (known !== undefined) return known;
    const answer = createTextSink('text said');
    const state = el('p', { class: 'note' }, 'Sent');
    const drawn = el(
      'li',
      { class: 'exchange' },
      el('div', { class: 'user' }, el('p', { class: 'who' }, 'You'), el('div', { class: 'text', dir: 'auto' }, text)),
      el('div', { class: 'assistant' }, el('p', { class: 'who' }, 'Answer'), answer.element, state),
    );
    element.append(drawn);
    const turn = { id, sent, element: drawn, answer, state, isOver: false };
    turns.set(id, turn);
    return turn;
  }

  function complete({ id, run_id, text, usage, cost_usd, duration_ms }: TurnCompleted): void {
    const turn = turns.get(id);
    if (turn === undefined) return;
    turn.isOver = true;
    turn.answer.replace(text);
    const figures = [
      ...(duration_ms === null ? [] : [duration(duration_ms)]),
      ...(usage === null ? [] : [tokens(usage), cost(cost_usd)]),
    ].join(' · ');
    fill(turn.state, figures, run_id !== null && ' · ', run_id !== null && runLink(run_id));
    announce(text);
  }

  function fail({ id, run_id, stopped, error }: TurnFailed): void {
    const turn = turns.get(id);
    if (turn === undefined) return;
    turn.isOver = true;
    turn.element.classList.add('lost');
    fill(turn.state, 'This is no part of the conversation. ', run_id !== null && runLink(run_id));
    turn.state.before(stopped ? el('p', { class: 'warning' }, 'Stopped.') : problemBox(error));
    if (stopped) announce('Stopped.');
  }

  function refuse({ id, ...error }: Extract<ServerMessage, { type: 'error' }>): void {
    const turn = id === undefined ? undefined : turns.get(id);
    if (turn === undefined) {
      element.append(el('li', {}, problemBox(error)));
      return;
    }
    turn.isOver = true;
    turn.element.classList.add('lost');
    fill(turn.state, 'This was not taken.');
    turn.state.before(problemBox(error));
  }

  function going(): string | undefined {
    return open()[0]?.id;
  }

  function unanswered(): readonly Message[] {
    return open().flatMap(({ sent }) => (sent === undefined ? [] : [sent]));
  }

  function open(): readonly DrawnTurn[] {
    return [...turns.values()].filter(({ isOver }) => !isOver);
  }
}

function runLink(id: string): HTMLElement {
  return el('a', { href: `#/runs/${part(id)}` }, 'Its run');
}
