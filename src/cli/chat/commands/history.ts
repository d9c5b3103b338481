import { transcriptOf } from '../../../lib/transcript.ts';
import { sanitize } from '../../../terminal/sanitize.ts';
import type { ChatCommand } from './command.ts';

export const history: ChatCommand = {
  name: 'history',
  summary: 'what was said in this session',
  async run({ conversation, call }) {
    const turns = await conversation.turns();
    await call.err.write(turns.length === 0 ? 'nothing was said yet\n' : `${sanitize(transcriptOf(turns))}\n`);
    return undefined;
  },
};
