import type { Turn } from '../service.ts';
import { BadRequest } from './problem.ts';

/** A message as both APIs have it: its text, and where it stands in the request. */
export interface Said {
  readonly role: 'system' | 'user' | 'assistant';
  readonly text: string;
  /** Of one speaker among several. */
  readonly name?: string;
  readonly param: string;
}

/** Messages as a chain takes them. */
export interface Dialogue {
  readonly input: string;
  readonly turns: readonly Turn[];
  readonly system?: string;
  /** Params of messages that have no place in it. */
  readonly dropped: readonly string[];
}

/**
 * Turns and the last message, made of any order of messages: those of one side that follow each other are one, joined by an
 * empty line; what stands before the first message of the user is dropped; names are told where several users speak. Throws
 * `BadRequest` where the last word is not the user's.
 */
export function dialogueOf(messages: readonly Said[], param: string): Dialogue {
  const system = messages.filter(({ role, text }) => role === 'system' && text !== '').map(({ text }) => text);
  const spoken = messages.filter((said, index) => said.role !== 'system' && (said.text !== '' || index === messages.length - 1));
  const first = spoken.findIndex(({ role }) => role === 'user');
  if (first === -1) throw new BadRequest(param, 'there is no message of the user');
  if (spoken.at(-1)?.role !== 'user')
    throw new BadRequest(param, "the last message must be the user's: an answer cannot be continued");
  const sides = joined(named(spoken.slice(first)));
  const turns: Turn[] = [];
  for (let index = 0; index + 1 < sides.length; index += 2) {
    turns.push({ user: sides[index] ?? '', assistant: sides[index + 1] ?? '' });
  }
  return {
    input: sides.at(-1) ?? '',
    turns,
    ...(system.length === 0 ? {} : { system: system.join('\n\n') }),
    dropped: spoken.slice(0, first).map((message) => message.param),
  };
}

/** One text for each side in turn, beginning with the user. */
function joined(messages: readonly Said[]): readonly string[] {
  const sides: string[][] = [];
  let role: Said['role'] | undefined;
  for (const message of messages) {
    if (message.role !== role) sides.push([]);
    role = message.role;
    sides.at(-1)?.push(message.text);
  }
  return sides.map((texts) => texts.join('\n\n'));
}

/** In a group, a message says who speaks. */
function named(messages: readonly Said[]): readonly Said[] {
  const names = new Set(messages.filter(({ role }) => role === 'user').map(({ name }) => name));
  if (names.size < 2) return messages;
  return messages.map((said) =>
    said.role === 'user' && said.name !== undefined ? { ...said, text: `${said.name}: ${said.text}` } : said,
  );
}
