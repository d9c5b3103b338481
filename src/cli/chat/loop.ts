import { EXIT } from '../../core/exit-code.ts';
import type { RunResult } from '../../core/run.ts';
import { explain } from '../explain.ts';
import { exitOf } from '../leave.ts';
import type { Chat } from './chat.ts';
import { obey } from './commands/obey.ts';
import { atTerminal } from './person.ts';
import { pipedMessages } from './piped.ts';
import { takeTurn } from './turn.ts';

/** A person at the terminal, until they leave. What goes wrong in a turn is told, and the conversation goes on. */
export async function talk(chat: Chat, leaving: AbortSignal): Promise<number> {
  const { io, paint, err } = chat.call;
  const said = (await chat.conversation.turns()).map(([{ text }]) => text);
  const person = atTerminal({ io, paint, said });
  for (;;) {
    const message = await person.next(leaving);
    if (message === undefined || leaving.aborted) return EXIT.ok;
    if (message.trim() === '') continue;
    const text = await shown(chat, () => obey(chat, message));
    if (text === 'leave') return EXIT.ok;
    if (typeof text !== 'object') continue;
    const ended = await shown(chat, () => takeTurn(chat, text.say));
    if (ended !== undefined && isOver(ended) && ended.exit_code !== SIGINT) return ended.exit_code;
    await err.write('\n');
  }
}

/** Messages through a pipe, one after the other; the exit code is that of the last turn that failed. */
export async function answer(chat: Chat, leaving: AbortSignal): Promise<number> {
  let code: number = EXIT.ok;
  for await (const message of pipedMessages(chat.call.io, chat.answering.flags.maxInputBytes, leaving)) {
    const ended = await shown(
      chat,
      () => takeTurn(chat, message),
      (failed) => {
        code = failed;
      },
    );
    if (ended === undefined) continue;
    if (isOver(ended)) return ended.exit_code;
    if (ended.exit_code !== EXIT.ok) code = ended.exit_code;
  }
  return code;
}

const SIGINT = 130;

/** A signal, or a reader of stdout that went away. */
function isOver({ status, exit_code }: RunResult): boolean {
  return status === 'interrupted' || exit_code === EXIT.stdoutClosed;
}

/** What `work` gives; undefined when it throws, which is then shown. */
async function shown<T>(
  { call, redactor }: Chat,
  work: () => Promise<T>,
  failed?: (code: number) => void,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const { err, paint, io, globals } = call;
    await err.write(redactor.text(explain(error, { paint, cwd: io.cwd, debug: globals.debug })));
    failed?.(exitOf(error));
    return undefined;
  }
}
