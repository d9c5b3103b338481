import { createInterface } from 'node:readline/promises';
import { Failure, Interrupted, UsageError } from '../core/errors.ts';
import { sanitize } from '../terminal/sanitize.ts';
import type { Call } from './command.ts';

/** Goes on only when someone says yes, at the terminal or with `-y`; throws otherwise. */
export async function confirm({ globals, interactive, io }: Call, question: string): Promise<void> {
  if (globals.yes) return;
  if (!interactive) {
    throw new UsageError('this needs a yes, and there is no terminal to ask at', { help: 'add -y to go ahead without asking' });
  }
  const answer = await ask(io, `${sanitize(question)} [y/N] `);
  if (/^y(es)?$/i.test(answer.trim())) return;
  throw new Failure('the answer was not yes: nothing was changed', { code: 'PC2040', reason: 'cancelled' });
}

/** One line from the terminal; the question goes to stderr, so that stdout stays the result. */
async function ask({ stdin, stderr }: Call['io'], question: string): Promise<string> {
  const reader = createInterface({ input: stdin, output: stderr });
  const stop = new AbortController();
  reader.on('SIGINT', () => stop.abort(new Interrupted('SIGINT')));
  // The end of input (Ctrl-D) is no answer, which is not a yes.
  const ended = new Promise<string>((resolve) => reader.on('close', () => resolve('')));
  try {
    return await Promise.race([reader.question(question, { signal: stop.signal }), ended]);
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    reader.close();
  }
}
