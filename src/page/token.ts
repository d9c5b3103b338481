import { el, fill, newId } from './element.ts';

const KEY = 'promptchain.token';

/** The server's token, if it was asked for in this tab. It is in no address, and forgotten when the tab is closed. */
export function token(): string | undefined {
  return sessionStorage.getItem(KEY) ?? undefined;
}

let asking: Promise<boolean> | undefined;

/** Asks for the token, once for all requests that were refused. False when nobody gave one. */
export function askForToken(): Promise<boolean> {
  asking ??= ask().finally(() => {
    asking = undefined;
  });
  return asking;
}

function ask(): Promise<boolean> {
  const id = newId('token');
  const input = el('input', { id, type: 'password', autocomplete: 'off', required: true, spellcheck: 'false' });
  const wrong = el('p', { class: 'wrong', role: 'alert' }, token() !== undefined && 'The server refuses this token.');
  wrong.hidden = token() === undefined;
  const cancel = el('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel');
  const form = el(
    'form',
    { method: 'dialog' },
    el('h2', { id: `${id}-title` }, 'This server wants a token'),
    el('p', {}, 'Whoever started it has it. This tab keeps it until it is closed.'),
    wrong,
    el('label', { for: id, class: 'token-label' }, 'Token'),
    input,
    el('div', { class: 'actions' }, el('button', { type: 'submit', class: 'main' }, 'Continue'), cancel),
  );
  const dialog = el('dialog', { 'aria-labelledby': `${id}-title` }, form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    let isGiven = false;
    form.addEventListener('submit', (event) => {
      const given = input.value.trim();
      isGiven = CHARACTERS.test(given);
      if (isGiven) return sessionStorage.setItem(KEY, given);
      event.preventDefault();
      wrong.hidden = false;
      fill(wrong, 'This can be no token: it is made of letters, digits and . _ ~ + - alone.');
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(isGiven);
    });
    dialog.showModal();
  });
}

/** Of a token: others fit no header and no subprotocol, so the browser would throw instead of asking. */
const CHARACTERS = /^[A-Za-z0-9._~+-]+$/;
