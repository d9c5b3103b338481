import { createHash, timingSafeEqual } from 'node:crypto';
import type { Guard, Head } from './guard.ts';
import { header } from './guard.ts';

/**
 * Asks for the token: `Authorization: Bearer <token>`, or on a WebSocket, where a browser can set no header, the subprotocol
 * `bearer.<token>` beside the one that is spoken. The page itself and the probes hold nothing of anyone and need none.
 */
export function tokenGuard(token: string | undefined): Guard {
  if (token === undefined) return () => undefined;
  const expected = digest(token);
  return (head) => {
    if (isOpen(head)) return undefined;
    const given = tokenIn(head);
    // Of the digests, so that neither the time taken nor the length tells anything.
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return undefined;
    return {
      status: 401,
      code: 'PC2262',
      message: given === undefined ? 'a token is needed' : 'this is not the token',
      help: 'send it as "Authorization: Bearer <token>"',
      headers: { 'www-authenticate': `Bearer realm="promptchain"${given === undefined ? '' : ', error="invalid_token"'}` },
    };
  };
}

/** What a token may be made of: it has to fit a header and the name of a subprotocol. */
export const TOKEN_FORM = /^[A-Za-z0-9._~+-]{16,512}$/;

/** The page is an empty form until it has the token from whoever opened it. */
function isOpen({ method, path }: Head): boolean {
  return (
    (method === 'GET' || method === 'HEAD') && (path === '/' || /^\/(healthz|readyz|favicon\.ico|page\/[\w.-]+)$/.test(path))
  );
}

function tokenIn(head: Head): string | undefined {
  const [, bearer] = /^Bearer +(\S+) *$/i.exec(header(head, 'authorization') ?? '') ?? [];
  if (bearer !== undefined || header(head, 'upgrade') === undefined) return bearer;
  const protocols = (header(head, 'sec-websocket-protocol') ?? '').split(',').map((name) => name.trim());
  return protocols.find((name) => name.startsWith(PROTOCOL))?.slice(PROTOCOL.length);
}

const PROTOCOL = 'bearer.';

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
