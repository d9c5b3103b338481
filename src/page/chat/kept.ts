import type { Message } from './messages.ts';

/** What a tab keeps of a conversation until the server has it: a reload, the answer of many to a lost connection, loses nothing. */
export interface Kept {
  /** Typed and not sent. */
  readonly draft: string;
  /** Sent and without an end; under their ids they are not answered twice. */
  readonly unanswered: readonly Message[];
}

const NOTHING: Kept = { draft: '', unanswered: [] };

export function keptOf(session: string | undefined): Kept {
  const text = session === undefined ? null : sessionStorage.getItem(keyOf(session));
  return text === null ? NOTHING : (JSON.parse(text) as Kept);
}

export function keep(session: string | undefined, kept: Kept): void {
  if (session === undefined) return;
  sessionStorage.removeItem(keyOf(session));
  if (kept.draft === '' && kept.unanswered.length === 0) return;
  try {
    sessionStorage.setItem(keyOf(session), JSON.stringify(kept));
  } catch {
    // More than a browser keeps.
  }
}

function keyOf(session: string): string {
  return `promptchain.chat.${session}`;
}
