import type { ChatCommand } from './command.ts';
import { history } from './history.ts';
import { memory } from './memory.ts';
import { model } from './model.ts';
import { reset } from './reset.ts';
import { save } from './save.ts';

/** Every command of a chat but `/help`, which prints them. A new one is a file in this folder and a line here. */
export const CHAT_COMMANDS: readonly ChatCommand[] = [
  reset,
  history,
  memory,
  model,
  save,
  { name: 'quit', summary: 'leave; so do Ctrl-D and Ctrl-C twice', run: async () => 'leave' },
];
