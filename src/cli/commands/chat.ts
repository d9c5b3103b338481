import { chatFlags, declareChatFlags } from '../chat/flags.ts';
import { listenForLeaving } from '../chat/leaving.ts';
import { answer, talk } from '../chat/loop.ts';
import { openChat } from '../chat/open.ts';
import { tellFirst, tellLast } from '../chat/told-first.ts';
import type { Command } from '../command.ts';

export const chat: Command = {
  examples: [
    { command: 'promptchain chat chain.yaml', note: 'a new conversation' },
    { command: 'promptchain chat chain.yaml --continue', note: 'go on with the last one' },
    { command: 'promptchain chat chain.yaml --session trip --user Ada', note: 'one with a name, by somebody' },
    {
      command: "printf 'Hello\\nWhat did I say?\\n' | promptchain chat chain.yaml",
      note: 'each line is a message, stdout has the answers',
    },
  ],
  configure: declareChatFlags,
  excess: 'messages come from the terminal or from stdin',
  async run(call) {
    const flags = chatFlags(call);
    const chat = await openChat(call, flags);
    using leaving = listenForLeaving(call.process, call.interactive);
    try {
      await tellFirst(chat);
      const code = call.interactive ? await talk(chat, leaving.signal) : await answer(chat, leaving.signal);
      await tellLast(chat);
      return leaving.over(code);
    } finally {
      await chat.telemetry.close(leaving.signal);
      await chat.toolbox?.[Symbol.asyncDispose]();
    }
  },
};
