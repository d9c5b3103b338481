import { servedChain } from '../chains.ts';
import { connect } from '../chat/connection.ts';
import { createChatInputs } from '../chat/inputs.ts';
import type { ServerMessage } from '../chat/messages.ts';
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
        // The address is the session's from now on; no step back leads to the one without it.
        history.replaceState(null, '', `#/chat/${part(name)}/${part(session)}`);
      }
      if (message.type === 'turn.failed') complain(message);
      transcript.take(message);
      if (message.type === 'hello') for (const each of transcript.unanswered()) connection.send(each);
    },
    state(says, again) {
      const button = again && el('button', { type: 'button', class: 'quiet', onclick: again }, 'Connect again');
      fill(state, says, button && ' ', button);
    },
  });

  const id = newId('message');
  const input = el('textarea', { id, rows: 2, onkeydown: sendOnEnter, 'aria-describedby': `${id}-about` });
  const form = el(
    'form',
    { class: 'say', onsubmit: submit },
    el('label', { for: id }, 'Message'),
    input,
    el('p', { id: `${id}-about`, class: 'about' }, 'Enter sends, Shift and Enter begins a line.'),
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
    input.value = '';
    input.focus();
    inputs.fold();
    transcript.asked(message);
    connection.send(message);
    stop.hidden = false;
    form.scrollIntoView({ block: 'end' });
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
