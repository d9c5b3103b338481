import { lstatSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../../../core/errors.ts';
import { transcriptOf } from '../../../lib/transcript.ts';
import { openFileOutput } from '../../run/file-output.ts';
import type { ChatCommand } from './command.ts';

export const save: ChatCommand = {
  name: 'save',
  takes: '<file>',
  summary: 'write the conversation to a new file: text, or messages as JSON when it ends in .json',
  async run({ call, conversation }, name) {
    if (name === '') throw new UsageError('/save needs the name of a file', { code: 'PC2003', help: '/save talk.txt' });
    const path = resolve(call.io.cwd, name);
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) {
      throw new UsageError(`"${name}" is there already`, { code: 'PC2025', help: 'name a file that does not exist' });
    }
    const turns = await conversation.turns();
    const messages = turns.flat().map(({ role, text }) => ({ role, content: text }));
    const file = openFileOutput(path);
    try {
      file.write(name.endsWith('.json') ? `${JSON.stringify(messages, null, 2)}\n` : `${transcriptOf(turns)}\n`);
      file.commit();
    } finally {
      file.discard();
    }
    await call.err.write(`${turns.length} ${turns.length === 1 ? 'turn' : 'turns'} written to ${name}\n`);
    return undefined;
  },
};
