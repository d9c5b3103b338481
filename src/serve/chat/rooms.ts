import type { Conversations } from '../service.ts';
import type { Member } from './audience.ts';
import type { ChatLimits } from './limits.ts';
import type { ChatError } from './protocol.ts';
import { createRoom, type Room } from './room.ts';

/** The sessions somebody is in. */
export interface Rooms {
  /** Brings a member into the session, or into a new one, or tells why not. Rejects with what the conversation throws. */
  join(chain: string, session: string | undefined, member: Member): Promise<Room | ChatError>;
  /** Takes no more messages, and resolves when no turn goes on. */
  finish(): Promise<void>;
}

export interface RoomsSettings {
  readonly conversations: Conversations;
  readonly limits: ChatLimits;
  /** What a client is told of a failure. */
  errorOf(error: unknown): ChatError;
}

export function createRooms({ conversations, limits, errorOf }: RoomsSettings): Rooms {
  const rooms = new Map<string, Room>();
  return {
    async join(chain, session, member) {
      const conversation = conversations.open(chain, session);
      const { id } = conversation;
      const found = rooms.get(id);
      if (found !== undefined && found.chain !== chain) return ELSEWHERE;
      const room = found ?? createRoom({ chain, conversation, limits, errorOf, onEmpty: () => void rooms.delete(id) });
      rooms.set(id, room);
      await room.join(member);
      return room;
    },
    async finish() {
      await Promise.all([...rooms.values()].map((room) => room.finish()));
    },
  };
}

/** Two chains would answer at once, each without the other's turn. */
const ELSEWHERE: ChatError = {
  code: 'PC2284',
  message: 'another chain is answering this session now',
  help: 'connect to that one, or wait until everybody has left it',
};
