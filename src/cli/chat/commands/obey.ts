import { UsageError } from '../../../core/errors.ts';
import { nearest } from '../../../lib/nearest.ts';
import type { Chat } from '../chat.ts';
import type { ChatCommand } from './command.ts';
import { help } from './help.ts';
import { CHAT_COMMANDS } from './index.ts';

/** Does what a message that begins with a slash asks for; any other is to be said. Throws what the command throws. */
export async function obey(chat: Chat, message: string): Promise<{ readonly say: string } | 'leave' | undefined> {
  if (message.startsWith('//')) return { say: message.slice(1) };
  const [, word, argument = ''] = /^\/(\S*)(?:[^\S\n]+(.*))?$/.exec(message.trimEnd()) ?? [];
  if (word === undefined) return { say: message };
  const command = commandNamed(word);
  if (argument !== '' && command.takes === undefined) {
    throw new UsageError(`/${command.name} takes nothing, but "${argument}" follows it`, { code: 'PC2003' });
  }
  return command.run(chat, argument.trim());
}

function commandNamed(word: string): ChatCommand {
  const all = [help, ...CHAT_COMMANDS];
  const found = all.find(({ name }) => name === word);
  if (found !== undefined) return found;
  const meant =
    word === 'exit'
      ? 'quit'
      : nearest(
          word,
          all.map(({ name }) => name),
        );
  throw new UsageError(`there is no command "/${word}"${meant === undefined ? '' : `: did you mean "/${meant}"?`}`, {
    code: 'PC2002',
    help: '/help lists them; a message that begins with a slash is written with two: //',
  });
}
