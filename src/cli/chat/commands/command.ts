import type { Chat } from '../chat.ts';

/** What a person may ask of the chat itself, after a slash. */
export interface ChatCommand {
  readonly name: string;
  /** What follows the name, if anything. */
  readonly takes?: string;
  /** Lower case, no full stop. */
  readonly summary: string;
  /** Prints on stderr: stdout has the answers. What it throws is shown, and the chat goes on. */
  run(chat: Chat, argument: string): Promise<'leave' | undefined>;
}
