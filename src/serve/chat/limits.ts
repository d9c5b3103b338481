/** What a chat may take of the server. */
export interface ChatLimits {
  readonly connections: number;
  /** Of one address. */
  readonly connectionsPerClient: number;
  /** Of one frame. */
  readonly frameBytes: number;
  /** Frames that one client may send in `framePeriodMs`. */
  readonly frames: number;
  readonly framePeriodMs: number;
  /** How long a client may take to say hello. */
  readonly helloMs: number;
  /** What may wait for a client to read it, however long. */
  readonly unreadBytes: number;
  /** What may wait for one that goes on reading, slowly; whoever has more is closed. */
  readonly slowBytes: number;
  /** What may wait beyond `unreadBytes` for all of those together. */
  readonly slowBytesOfAll: number;
  /** Who takes nothing for so long does not go on reading. */
  readonly stallMs: number;
  /** How long a client that is closed may take to say so too. */
  readonly farewellMs: number;
  /** Pings go out so often; who has not answered one by the next is gone. */
  readonly pingMs: number;
  /** Messages of a session that wait for their turn. */
  readonly waiting: number;
  /** How long a turn goes on when nobody is left. */
  readonly lingerMs: number;
  /** Of what was said, told in a hello. */
  readonly helloTurns: number;
  readonly helloBytes: number;
}

export const CHAT_LIMITS: ChatLimits = {
  connections: 1000,
  connectionsPerClient: 500,
  frameBytes: 1024 * 1024,
  frames: 200,
  framePeriodMs: 10_000,
  helloMs: 10_000,
  unreadBytes: 512 * 1024,
  slowBytes: 4 * 1024 * 1024,
  slowBytesOfAll: 64 * 1024 * 1024,
  stallMs: 30_000,
  farewellMs: 2000,
  pingMs: 30_000,
  waiting: 8,
  lingerMs: 30_000,
  helloTurns: 200,
  helloBytes: 128 * 1024,
};
