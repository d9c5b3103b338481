import { announce } from '../announce.ts';
import { servedChain } from '../chains.ts';
import { connect } from '../chat/connection.ts';
import { createChatInputs } from '../chat/inputs.ts';
import { keep, keptOf } from '../chat/kept.ts';
import type { Message, ServerMessage } from '../chat/messages.ts';
import { tooLong } from '../chat/too-long.ts';
import { createTranscript } from '../chat/transcript.ts';
import { el, fill, newId } from '../element.ts';
import { follow } from '../frames.ts';
import { part } from '../request.ts';
import { page, type View } from '../router.ts';

/** A conversation with a chain. Its session stands in the address: a reload, another tab and a bookmark go on with it. */
export async function chatView(name: string, given: string): Promise<View> {
  const chain = await servedChain(name);
  if (chain === undefined) return page('Not found', el('p', {}, `No chain “${name}” is served here.`));
  let session = given === '' ? undefined : given;
  let most: number | undefined;
  const state = el('p', { class: 'note', role: 'status' }, 'Connecting…');
  const stop = el('button', { type: 'button', class: 'stop', onclick: stopTurn }, 'Stop');
  const reset = el('button', { type: 'button', onclick: () => connection.send({ type: 'reset' }) }, 'Forget all');
  const inputs = createChatInputs(chain);
  const transcript = createTranscript(() => {
    stop.hidden = transcript.going() === undefined;
  });
  stop.hidden = true;
  const connection = connect(name, () => session, {
    take(message) {
      if (message.type === 'hello') {
        session = message.session;
        most = message.max_message_bytes;
        // The address is the session's from now on; no step back leads to the one without it.
        history.replaceState(null, '', `#/chat/${part(name)}/${part(session)}`);
      }
      if (message.type === 'turn.failed') complain(message);
      transcript.take(message);
      if (message.type === 'hello') for (const each of transcript.unanswered()) send(each);
    },
    state(says, again) {
      // What is said without a connection is lost; messages are said again.
      stop.disabled = says !== undefined;
      reset.disabled = says !== undefined;
      const button = again && el('button', { type: 'button', class: 'quiet', onclick: again }, 'Connect again');
      fill(state, says, button && ' ', button);
    },
  });

  const id = newId('message');
  const input = el('textarea', { id, rows: 2, onkeydown: sendOnEnter, 'aria-describedby': `${id}-about ${id}-wrong` });
  const wrong = el('p', { id: `${id}-wrong`, class: 'wrong' });
  wrong.hidden = true;
  const kept = keptOf(session);
  input.value = kept.draft;
  for (const message of kept.unanswered) transcript.asked(message);
  const leaving = new AbortController();
  addEventListener('pagehide', keepAll, { signal: leaving.signal });
  const form = el(
    'form',
    { class: 'say', onsubmit: submit },
    el('label', { for: id }, 'Message'),
    input,
    el('p', { id: `${id}-about`, class: 'about' }, 'Enter sends, Shift and Enter begins a line.'),
    wrong,
    el(
      'div',
      { class: 'actions' },
      el('button', { type: 'submit', class: 'main' }, 'Send'),
      stop,
      reset,
      el('a', { href: `#/chat/${part(name)}` }, 'New conversation'),
    ),
  );
  const unfollow = follow();
  return {
    title: `Chat with ${name}`,
    element: el('div', { class: 'chat' }, el('h1', {}, `Chat with ${name}`), inputs.element, transcript.element, state, form),
    close() {
      keepAll();
      leaving.abort();
      connection.close();
      unfollow();
    },
  };

  function submit(event: Event): void {
    event.preventDefault();
    say();
  }

  function sendOnEnter(event: Event): void {
    const { key, shiftKey, isComposing } = event as KeyboardEvent;
    if (key !== 'Enter' || shiftKey || isComposing) return;
    event.preventDefault();
    say();
  }

  function say(): void {
    const text = input.value;
    if (text.trim() === '') return;
    const values = inputs.read();
    if (values === undefined) return;
    const message = {
      type: 'message',
      id: messageId(),
      text,
      ...(inputs.element === undefined ? {} : { inputs: values }),
    } as const;
    if (refuse(tooLong(message, most))) return;
    input.value = '';
    input.focus();
    inputs.fold();
    transcript.asked(message);
    connection.send(message);
    stop.hidden = false;
    form.scrollIntoView({ block: 'end' });
  }

  /** Says beside the field why what it holds cannot be sent. */
  function refuse(why: string | undefined): boolean {
    fill(wrong, why);
    wrong.hidden = why === undefined;
    if (why === undefined) {
      input.removeAttribute('aria-invalid');
      return false;
    }
    input.setAttribute('aria-invalid', 'true');
    input.focus();
    announce(why);
    return true;
  }

  /** Of a message that was said before the server told what it takes, one that is too long comes back. */
  function send(message: Message): void {
    const why = tooLong(message, most);
    if (why === undefined) {
      connection.send(message);
      return;
    }
    transcript.take({ type: 'error', id: message.id, message: why });
    if (input.value === '') input.value = message.text;
  }

  function keepAll(): void {
    keep(session, { draft: input.value, unanswered: transcript.unanswered() });
  }

  /** What was wrong with the inputs of a message of ours; its text comes back, to be sent again. */
  function complain({ id, error }: Extract<ServerMessage, { type: 'turn.failed' }>): void {
    const sent = transcript.unanswered().find((message) => message.id === id);
    if (sent === undefined || !inputs.complain(error)) return;
    if (input.value === '') input.value = sent.text;
  }

  function stopTurn(): void {
    const going = transcript.going();
    if (going !== undefined) connection.send({ type: 'stop', id: going });
    input.focus();
  }
}

/** `crypto.randomUUID` is there in secure contexts alone. */
function messageId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
