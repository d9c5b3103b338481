import type { ChatTurn } from '../core/message.ts';

/** A conversation as text a person or a model can read: `User: …` and `Assistant: …`, a blank line between. Empty for no turns. */
export function transcriptOf(turns: readonly ChatTurn[]): string {
  return turns.map(([asked, said]) => `User: ${asked.text}\n\nAssistant: ${said.text}`).join('\n\n');
}
