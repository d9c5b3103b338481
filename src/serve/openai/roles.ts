import type { Said } from './dialogue.ts';

/** Who may speak to a chain, by OpenAI's names. */
export const ROLES: { readonly [role: string]: Said['role'] } = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
};

/** Why neither tools nor their answers are taken. */
export const OWN_TOOLS = "a chain calls its own tools, and offers none of a client's";
