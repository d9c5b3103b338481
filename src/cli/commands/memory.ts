import type { Command } from '../command.ts';
import { readVerbs } from '../memory/read-verbs.ts';
import { wholeVerbs } from '../memory/whole-verbs.ts';
import { writeVerbs } from '../memory/write-verbs.ts';

export const memory: Command = {
  examples: [
    { command: 'promptchain memory list', note: 'what chains have remembered' },
    { command: 'promptchain memory get last_topic', note: 'one value' },
    { command: 'promptchain memory set tone "short and dry"', note: 'a value that chains read as {memory.tone}' },
    { command: 'promptchain memory export > memory.json', note: 'all of it as plain JSON' },
  ],
  verbs: [...readVerbs, ...writeVerbs, ...wholeVerbs],
};
