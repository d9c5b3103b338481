import type { IncomingMessage } from 'node:http';

/** It asks for a WebSocket, and not for another protocol. */
export function wantsWebSocket({ headers }: IncomingMessage): boolean {
  return /(?:^|[\s,])websocket(?:$|[\s,/])/i.test(headers.upgrade ?? '');
}

/**
 * The bytes of a request without its offer to speak another protocol, and of what came after it. A server may pass over such an
 * offer, and should: Java's client offers HTTP/2 with every request, curl does when it is told to, and both go on without.
 */
export function withoutOffer({ method, url, httpVersion, rawHeaders }: IncomingMessage, rest: Buffer): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    const kept = OFFERS.has(name.toLowerCase()) ? '' : name.toLowerCase() === 'connection' ? withoutNames(value) : value;
    if (kept !== '' || value === '') lines.push(`${name}: ${kept}`);
  }
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), rest]);
}

const OFFERS: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);

function withoutNames(connection: string): string {
  return connection
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !OFFERS.has(name.toLowerCase()))
    .join(', ');
}
