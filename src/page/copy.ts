import { announce } from './announce.ts';
import { el } from './element.ts';

/** A button that copies a text as it is when it is pressed. */
export function copyButton(label: string, text: () => string): HTMLElement {
  const button = el('button', { type: 'button', class: 'quiet', onclick: () => void copy() }, label);
  return button;

  async function copy(): Promise<void> {
    const isCopied = await navigator.clipboard.writeText(text()).then(
      () => true,
      () => false,
    );
    const says = isCopied ? 'Copied' : 'The browser does not allow it';
    button.textContent = says;
    announce(says);
    setTimeout(() => {
      button.textContent = label;
    }, 2000);
  }
}
