import { Failure, UsageError } from '../core/errors.ts';
import { sanitize } from '../terminal/sanitize.ts';
import { ask } from './ask.ts';
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
