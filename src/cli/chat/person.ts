import type { Io } from '../../core/io.ts';
import type { Paint } from '../../terminal/paint.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { createGathering } from './gather.ts';

/** Whoever types at the terminal. */
export interface Person {
  /** The next message; undefined when there will be none: Ctrl-D, Ctrl-C twice, or the signal. */
  next(signal: AbortSignal): Promise<string | undefined>;
}

export interface PersonOptions {
  readonly io: Io;
  /** For stderr. */
  readonly paint: Paint;
  /** Messages of earlier, oldest first: the arrow keys bring them back. */
  readonly said: readonly string[];
}

/**
 * Reads from the terminal, only while a message is asked for: during an answer the terminal is as it was, so that Ctrl-C is a
 * signal and a question about a tool can be asked.
 */
export function atTerminal({ io, paint, said }: PersonOptions): Person {
  const gathering = createGathering();
  const ahead: string[] = [];
  let history = linesOf(said);
  /** Of a line that was typed ahead and not ended. */
  let begun = '';
  /** Ctrl-C was the last thing that happened. */
  let isLeaving = false;

  return { next };

  async function next(signal: AbortSignal): Promise<string | undefined> {
    const typedAhead = ahead.shift();
    if (typedAhead !== undefined) return typedAhead;
    if (signal.aborted) return undefined;
    const { createInterface } = await import('node:readline');
    const reader = createInterface({
      input: io.stdin,
      output: io.stderr,
      terminal: true,
      history,
      removeHistoryDuplicates: true,
    });
    const isPlain = io.env.TERM === 'dumb';
    let pasting = false;
    const ask = (): void => {
      reader.setPrompt(paint.bold(gathering.isOpen ? '… ' : '> '));
      reader.prompt(true);
    };
    const onKey = (_: unknown, key: { readonly name?: string } | undefined): void => {
      if (key?.name === 'paste-start') pasting = true;
      if (key?.name === 'paste-end') pasting = false;
      if (key?.name !== 'c') isLeaving = false;
    };
    io.stdin.on('keypress', onKey);
    const leave = (): void => reader.close();
    signal.addEventListener('abort', leave, { once: true });
    if (!isPlain) io.stderr.write(PASTE_IS_MARKED);
    try {
      const message = await new Promise<string | undefined>((resolve) => {
        reader.on('history', (entries) => {
          history = entries;
        });
        reader.on('line', (line) => {
          const message = gathering.add(line, pasting);
          if (message !== undefined) ahead.push(message);
          if (ahead.length === 0) ask();
          // What came in the same breath is still to be handed out; what it does not end is for the next time.
          else if (ahead.length === 1 && message !== undefined) setImmediate(() => resolve(ahead.shift()));
        });
        reader.on('SIGINT', () => {
          if (isLeaving) return leave();
          isLeaving = reader.line === '' && !gathering.isOpen;
          gathering.clear();
          io.stderr.write(isLeaving ? `\n${paint.dim('Ctrl-C again, or Ctrl-D, leaves the chat')}\n` : '\n');
          reader.write(null, { ctrl: true, name: 'e' });
          reader.write(null, { ctrl: true, name: 'u' });
          ask();
        });
        reader.on('close', () => resolve(undefined));
        ask();
        if (begun !== '') reader.write(begun);
        begun = '';
      });
      if (message === undefined) io.stderr.write('\n');
      return message;
    } finally {
      begun = reader.line;
      signal.removeEventListener('abort', leave);
      io.stdin.off('keypress', onKey);
      reader.close();
      if (!isPlain) io.stderr.write(PASTE_IS_TYPED);
    }
  }
}

/** As the terminal keeps what is typed: line by line, the last first. */
function linesOf(said: readonly string[]): string[] {
  const lines = said.slice(-REMEMBERED).flatMap((message) => sanitize(message).split('\n'));
  return [...new Set(lines.filter((line) => line.trim() !== '').toReversed())].slice(0, REMEMBERED);
}

const REMEMBERED = 30;

/** Whether the terminal says where pasted text begins and ends. */
const PASTE_IS_MARKED = '\x1b[?2004h';
const PASTE_IS_TYPED = '\x1b[?2004l';
