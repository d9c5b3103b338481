import { createInterface } from 'node:readline/promises';
import { Interrupted } from '../core/errors.ts';
import type { Io } from '../core/io.ts';

/** One line from the terminal; the question goes to stderr, so that stdout stays the result. The end of input is no answer. */
export async function ask(
  { stdin, stderr }: Pick<Io, 'stdin' | 'stderr'>,
  question: string,
  signal?: AbortSignal,
): Promise<string> {
  const reader = createInterface({ input: stdin, output: stderr });
  const stop = new AbortController();
  reader.on('SIGINT', () => stop.abort(new Interrupted('SIGINT')));
  const either = signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]);
  // The end of input (Ctrl-D) is no answer, which is not a yes.
  const ended = new Promise<string>((resolve) => reader.on('close', () => resolve('')));
  try {
    return await Promise.race([reader.question(question, { signal: either }), ended]);
  } catch (error) {
    throw either.aborted ? either.reason : error;
  } finally {
    reader.close();
  }
}
