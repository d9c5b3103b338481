import { textOf } from '../../../core/json.ts';
import { oneLine } from '../../../terminal/words.ts';
import { columns } from '../../columns.ts';
import type { ChatCommand } from './command.ts';

export const memory: ChatCommand = {
  name: 'memory',
  summary: 'what the chain remembers',
  async run({ call, namespaces, memory, conversation, redactor }) {
    const parts: string[] = [];
    for (const namespace of namespaces) {
      const own = namespace === conversation.namespace ? OWN : NOTHING;
      const values = Object.entries(await memory.read(namespace)).filter(([key]) => !own.has(key));
      const rows = values.map(([key, value]) => [oneLine(key), cut(oneLine(textOf(value)))] as const);
      if (rows.length > 0) parts.push(`${oneLine(namespace)}\n${columns(rows)}\n`);
    }
    await call.err.write(parts.length === 0 ? 'nothing is remembered\n' : redactor.text(parts.join('\n')));
    return undefined;
  },
};

/** Of the chat itself: `/history` shows it. */
const OWN: ReadonlySet<string> = new Set(['history', 'about']);
const NOTHING: ReadonlySet<string> = new Set();

const LONGEST = 200;

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
