import { el, newId } from './element.ts';

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
  const wrong = token() === undefined ? undefined : el('p', { class: 'wrong', role: 'alert' }, 'The server refuses this token.');
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
    form.addEventListener('submit', () => {
      sessionStorage.setItem(KEY, input.value.trim());
      isGiven = true;
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(isGiven);
    });
    dialog.showModal();
  });
}
