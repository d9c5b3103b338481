import type { Answer } from './ports.ts';

/** What a model made of a prompt: a new one, nothing, or an answer that cannot be read. */
export type Written = { readonly text: string } | { readonly unchanged: true } | { readonly problem: string };

/** Reads the new prompt out of an answer. What was cut off is not a prompt. */
export function readWritten({ text, truncated }: Answer): Written {
  if (truncated) return { problem: 'your answer was cut off; answer more briefly' };
  const opened = text.indexOf(OPEN);
  if (opened === -1) return /\bNO_CHANGE\b/.test(text) ? { unchanged: true } : { problem: `there is no ${OPEN} in your answer` };
  const closed = text.lastIndexOf(CLOSE);
  if (closed < opened) return { problem: `${CLOSE} is missing at the end of your answer` };
  const written = text
    .slice(opened + OPEN.length, closed)
    .replace(/^[ \t]*\n/, '')
    .trimEnd();
  return written.trim() === 'NO_CHANGE' ? { unchanged: true } : { text: written };
}

export const OPEN = '<new_prompt>';
const CLOSE = '</new_prompt>';
