import type { ChatError, ServerMessage } from './protocol.ts';

/** Somebody in a session. */
export interface Member {
  readonly user: string | undefined;
  readonly wantsEvents: boolean;
  /** The address it comes from. */
  readonly client: string;
  send(frame: Buffer): void;
}

/** Who hears what is said in a session. */
export interface Audience {
  readonly size: number;
  has(member: Member): boolean;
  add(member: Member): void;
  remove(member: Member): void;
  /** Each member gets the same messages in the same order; those of the steps only who asked for them. */
  tell(message: ServerMessage): void;
}

export function createAudience(): Audience {
  const members = new Set<Member>();
  return {
    get size() {
      return members.size;
    },
    has: (member) => members.has(member),
    add: (member) => void members.add(member),
    remove: (member) => void members.delete(member),
    tell(message) {
      const hearers = message.type === 'step' ? [...members].filter(({ wantsEvents }) => wantsEvents) : [...members];
      if (hearers.length === 0) return;
      // One for all: what waits for many clients that read slowly is in memory once.
      const frame = frameOf(message);
      for (const member of hearers) member.send(frame);
    },
  };
}

/** Says something to one member alone. */
export function tellOne(member: Pick<Member, 'send'>, message: ServerMessage): void {
  member.send(frameOf(message));
}

function frameOf(message: ServerMessage): Buffer {
  return Buffer.from(JSON.stringify(message));
}

/** Tells a member that its message was not taken. */
export function refuse(member: Pick<Member, 'send'>, error: ChatError, id?: string): void {
  tellOne(member, { type: 'error', ...(id === undefined ? {} : { id }), ...error });
}
