import { isIP } from 'node:net';
import type { Refusal } from '../refusal.ts';
import type { Guard } from './guard.ts';
import { header } from './guard.ts';

/**
 * Answers only where the request's `Host` is a name of ours: a page that points its own name at this machine (DNS rebinding)
 * is then a stranger still. Beyond loopback any address in numbers is ours too, since no name was looked up for it.
 */
export function hostGuard({ host, allowed }: { readonly host: string; readonly allowed: readonly string[] }): Guard {
  const names = new Set([...LOOPBACK_NAMES, ...allowed.map((name) => name.toLowerCase())]);
  if (isIP(host) === 0) names.add(host.toLowerCase());
  const everywhere = !isLoopback(host);
  return (head) => {
    if (Array.isArray(head.headers['host']) && head.headers['host'].length > 1) return SEVERAL;
    const name = hostName(header(head, 'host'));
    if (name !== undefined && (names.has(name) || (everywhere && isIP(name) !== 0))) return undefined;
    return {
      status: 421,
      code: 'PC2260',
      message: 'the server does not answer for this host',
      help: 'name the hosts it is reached by with --allow-host',
    };
  };
}

/** An address that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** The name or address of a `Host` header, without its port; an IPv6 address without its brackets. */
function hostName(value: string | undefined): string | undefined {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i.exec(value ?? '') ?? [];
  return (bracketed ?? plain)?.toLowerCase();
}

const SEVERAL: Refusal = { status: 400, code: 'PC2260', message: 'a request has one Host' };

const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '::1'];
