import type { ChatCommand } from './command.ts';

export const reset: ChatCommand = {
  name: 'reset',
  summary: 'forget what was said in this session',
  async run({ conversation, call }) {
    await conversation.reset();
    await call.err.write(`what was said in session ${conversation.session} is forgotten\n`);
    return undefined;
  },
};
