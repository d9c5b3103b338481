import type { Readable } from 'node:stream';
import { cleanLine } from './clean-text.ts';
import { LAST_LINES, LINE_CHARACTERS, LOG_LINES } from './limits.ts';

/** Reads a server's stderr to its end, whatever it writes: a full pipe would stop it. Keeps the last lines. */
export function drainStderr(stream: Readable, log: (line: string) => void): { lines(): readonly string[] } {
  const kept: string[] = [];
  const decoder = new TextDecoder();
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = (parts.pop() ?? '').slice(0, LINE_CHARACTERS * 2);
    kept.push(...parts.slice(-LAST_LINES).map((part) => cleanLine(part, LINE_CHARACTERS)));
    kept.splice(0, kept.length - LAST_LINES);
    for (const part of parts.slice(0, LOG_LINES)) log(cleanLine(part, LINE_CHARACTERS));
  });
  stream.on('error', () => undefined);
  return { lines: () => (rest === '' ? kept : [...kept, cleanLine(rest, LINE_CHARACTERS)].slice(-LAST_LINES)) };
}
