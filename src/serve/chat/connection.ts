import type { RawData, WebSocket } from 'ws';
import { createAllowance } from './allowance.ts';
import { type Member, refuse } from './audience.ts';
import { readFrame } from './frame.ts';
import type { ChatLimits } from './limits.ts';
import { createOutlet } from './outlet.ts';
import type { Patience } from './patience.ts';
import { type ChatError, CLOSE, type ClientMessage } from './protocol.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';

export interface ConnectionSettings {
  readonly chain: string;
  /** The address of the client. */
  readonly client: string;
  readonly rooms: Rooms;
  readonly limits: ChatLimits;
  readonly patience: Patience;
  /** What a client is told of a failure. */
  errorOf(error: unknown): ChatError;
}

/** Serves one client: its frames, one after the other, until it goes or breaks a rule. */
export function serveConnection(socket: WebSocket, settings: ConnectionSettings): void {
  const { chain, client, rooms, limits, errorOf } = settings;
  const outlet = createOutlet(socket, settings.patience, limits);
  const frames = createAllowance(limits.frames, limits.framePeriodMs);
  const unheard = setTimeout(() => outlet.close(CLOSE.policy, 'no hello came'), limits.helloMs);
  let seat: { readonly room: Room; readonly member: Member } | undefined;
  let isGone = false;
  let last: Promise<void> = Promise.resolve();

  async function hello({ session, user, events = false }: Extract<ClientMessage, { type: 'hello' }>): Promise<void> {
    if (seat !== undefined) return refuse(outlet, SECOND_HELLO);
    const member: Member = { user, wantsEvents: events, client, send: outlet.send };
    const room = await rooms.join(chain, session, member);
    if ('code' in room) return refuse(outlet, room);
    clearTimeout(unheard);
    seat = { room, member };
    if (isGone) room.leave(member);
  }

  async function take(message: Exclude<ReturnType<typeof readFrame>, undefined>): Promise<void> {
    if (message.type === 'unknown') return refuse(outlet, message.error);
    if (message.type === 'hello') return hello(message);
    if (seat === undefined) return outlet.close(CLOSE.policy, 'say hello first');
    const { room, member } = seat;
    if (message.type === 'message') return room.say(member, message);
    if (message.type === 'stop') room.stop(message.id);
    else room.reset(member);
  }

  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (socket.readyState !== socket.OPEN) return;
    if (isBinary) return outlet.close(CLOSE.notText, 'frames are text');
    if (!frames.take()) return outlet.close(CLOSE.policy, 'too many frames');
    const message = readFrame(data as Buffer);
    if (message === undefined) return outlet.close(CLOSE.notJson, 'frames are JSON');
    last = last.then(() => (isGone ? undefined : take(message))).catch((error: unknown) => refuse(outlet, errorOf(error)));
  });
  // What broke the protocol of WebSocket itself: the socket closes with its code.
  socket.on('error', () => undefined);
  socket.once('close', () => {
    isGone = true;
    clearTimeout(unheard);
    seat?.room.leave(seat.member);
  });
}

const SECOND_HELLO: ChatError = {
  code: 'PC2280',
  message: 'hello was said already',
  help: 'open another connection for another session',
};
