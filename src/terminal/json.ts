import type { Output } from './output.ts';
import { isLast, type Renderer } from './renderer.ts';

/** `--json`: the result as one object on one line, on success and on failure. */
export function jsonRenderer(out: Output): Renderer {
  return {
    write: (event) => (isLast(event) ? out.write(`${jsonLine(event.result)}\n`) : undefined),
    end: () => out.flush(),
  };
}

/** `--jsonl`: every event as a line. */
export function jsonlRenderer(out: Output): Renderer {
  return {
    write: (event) => out.write(`${jsonLine(event)}\n`),
    end: () => out.flush(),
  };
}

/**
 * One line of JSON that no reader of lines splits, no terminal obeys and no runner of GitHub Actions takes for a command: DEL,
 * C1, the Unicode line breaks and `##[` are escaped too.
 */
export function jsonLine(value: unknown): string {
  const text = JSON.stringify(value);
  return UNSAFE.test(text) ? text.replace(UNSAFE_ALL, escaped) : text;
}

const UNSAFE = /[\x7f-\x9f\u2028\u2029]|#(?=#\[)/;
const UNSAFE_ALL = new RegExp(UNSAFE, 'g');

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
