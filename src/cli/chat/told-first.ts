import { displayPath } from '../../terminal/frame.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import type { Chat } from './chat.ts';

/** What is said before the first message: which session this is, and what of the chain a person may not expect. */
export async function tellFirst({ call, conversation, answering }: Chat): Promise<void> {
  const { err, globals, paint, interactive } = call;
  if (globals.quiet) return;
  const { uses, name } = answering.chain;
  const { length } = await conversation.turns();
  const turns = length === 0 ? 'new' : `${length} ${length === 1 ? 'turn' : 'turns'}`;
  const help = interactive ? '; /help lists the commands' : '';
  await err.write(`${sanitize(`${name}: session ${conversation.session} (${turns})`)}${help}\n`);
  const odd = [...(uses.input ? [] : [NO_INPUT]), ...(uses.conversation ? [] : [NO_HISTORY])];
  for (const text of odd) await err.write(`${paint.yellow('warning')}: ${text}\n`);
}

const NO_INPUT = 'no step of the chain reads {input}: it does not see what you say';
const NO_HISTORY =
  'no step of the chain sends what was said before ("history: full") or reads {history}: each message is answered alone';

/** How to take it up again. */
export async function tellLast({ call, conversation, answering, ownMemory }: Chat): Promise<void> {
  if (call.globals.quiet || !call.interactive || ownMemory !== undefined) return;
  if ((await conversation.turns()).length === 0) return;
  const file = displayPath(answering.chain.file, call.io.cwd);
  await call.err.write(`go on with: promptchain chat ${word(file)} --session ${word(conversation.session)}\n`);
}

function word(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
