import type { ChatLimits } from './limits.ts';
import type { SaidTurn, ServerHello } from './protocol.ts';

/** The server's hello: the newest turns, as many as fit into one frame. */
export function helloOf(
  { chain, session }: Pick<ServerHello, 'chain' | 'session'>,
  said: readonly SaidTurn[],
  { helloTurns, helloBytes, frameBytes }: Pick<ChatLimits, 'helloTurns' | 'helloBytes' | 'frameBytes'>,
): ServerHello {
  let first = said.length;
  for (let bytes = 0; first > 0 && said.length - first < helloTurns; first -= 1) {
    const turn = said[first - 1];
    bytes += turn === undefined ? 0 : Buffer.byteLength(turn.user) + Buffer.byteLength(turn.assistant);
    // The last turn is always told: somebody is waiting for it.
    if (bytes > helloBytes && first < said.length) break;
  }
  return { type: 'hello', v: 1, chain, session, turns: said.slice(first), earlier: first, max_message_bytes: frameBytes };
}
