import { el } from './element.ts';
import { beforeFrame } from './frames.ts';

/** Text that grows: what comes within a frame is one text node. */
export interface TextSink {
  readonly element: HTMLElement;
  /** All of it so far. */
  readonly text: string;
  append(text: string): void;
  /** In place of what it holds. */
  replace(text: string): void;
}

/** A block of that many characters is laid out anew with each addition, so the next line begins another one. */
const BLOCK = 2000;

export function createTextSink(className = 'text'): TextSink {
  const element = el('div', { class: className, dir: 'auto' });
  let text = '';
  let pending = '';
  let block: HTMLElement | undefined;
  let length = 0;

  const flush = (): void => {
    let rest = pending;
    pending = '';
    while (rest !== '') {
      if (block === undefined) {
        block = el('div');
        element.append(block);
        length = 0;
      }
      const end = rest.indexOf('\n', Math.max(0, BLOCK - length));
      const piece = end < 0 ? rest : rest.slice(0, end);
      block.append(piece);
      length += piece.length;
      if (end >= 0) block = undefined;
      rest = end < 0 ? '' : rest.slice(end + 1);
    }
  };

  return {
    element,
    get text() {
      return text;
    },
    append(more) {
      text += more;
      pending += more;
      beforeFrame(flush);
    },
    replace(whole) {
      if (whole === text) return;
      element.replaceChildren();
      block = undefined;
      text = whole;
      pending = whole;
      beforeFrame(flush);
    },
  };
}
