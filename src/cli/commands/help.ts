import { UsageError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import { nearest } from '../../lib/nearest.ts';
import { columns } from '../columns.ts';
import type { Command, HelpPages } from '../command.ts';
import { TOPICS } from '../help/index.ts';

export const help: Command = {
  examples: [
    { command: 'promptchain help run', note: 'what `promptchain run --help` prints' },
    { command: 'promptchain help exit-codes', note: 'a topic' },
  ],
  bare: true,
  configure(parser) {
    parser.argument('[command or topic...]', 'a command, with its verb if it has one, or a topic');
  },
  async run({ args, out, pages }) {
    await out.write(`${(await pageFor(args, pages)).trimEnd()}\n`);
    return EXIT.ok;
  },
};

async function pageFor(words: readonly string[], pages: HelpPages): Promise<string> {
  const [word, ...more] = words;
  if (word === undefined) return overview(pages);
  const topic = TOPICS.find(({ name }) => name === word);
  if (topic !== undefined && more.length === 0) return topic.text();
  if (pages.commands.includes(word)) return pages.of(words);
  throw unknown(words.join(' '), word, pages);
}

function overview(pages: HelpPages): string {
  const topics = columns(TOPICS.map(({ name, summary }) => [name, summary]));
  return `${pages.root()}\nTopics, for promptchain help <topic>:\n${topics}`;
}

function unknown(asked: string, word: string, { commands }: HelpPages): UsageError {
  const topics = TOPICS.map(({ name }) => name);
  const close = nearest(word, [...topics, ...commands]);
  const help = close === undefined ? `the topics are: ${topics.join(', ')}` : `did you mean "promptchain help ${close}"?`;
  return new UsageError(`no command or topic "${asked}"`, { code: 'PC2103', help });
}
