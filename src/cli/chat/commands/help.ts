import { columns } from '../../columns.ts';
import type { ChatCommand } from './command.ts';
import { CHAT_COMMANDS } from './index.ts';

export const help: ChatCommand = {
  name: 'help',
  summary: 'this list',
  async run({ call }) {
    const rows = [help, ...CHAT_COMMANDS].map(
      ({ name, takes, summary }) => [`/${name}${takes === undefined ? '' : ` ${takes}`}`, summary] as const,
    );
    await call.err.write(`${columns(rows)}\n\n${WRITING}\n`);
    return undefined;
  },
};

const WRITING = `A message of several lines: end a line with \\, put it between lines of """, or paste it.
//text says "/text". Ctrl-C stops an answer; what was said in that turn is not kept.`;
