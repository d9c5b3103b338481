import type { OutgoingHttpHeaders } from 'node:http';
import type { Guard, Head } from './guard.ts';
import { header } from './guard.ts';

/** Refuses what a page of another origin asks, unless that origin is allowed. Programs send no `Origin` and are not meant. */
export function originGuard(allowed: readonly string[]): Guard {
  return (head) => {
    const origin = header(head, 'origin');
    if (origin === undefined || allowed.includes(origin) || isOwn(origin, header(head, 'host'))) return undefined;
    return {
      status: 403,
      code: 'PC2261',
      message: 'a page of another origin may not ask this server',
      help: 'name the origins that may with --allow-origin',
    };
  };
}

/** What lets a page of an allowed origin read the answer. */
export function corsHeaders(head: Head, allowed: readonly string[]): OutgoingHttpHeaders {
  const origin = header(head, 'origin');
  if (allowed.length === 0) return {};
  if (origin === undefined || !allowed.includes(origin)) return { vary: 'Origin' };
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers':
      'Location, Retry-After, Mcp-Session-Id, X-Promptchain-Ignored, X-Request-Id, X-Run-Id, X-Should-Retry',
    'cross-origin-resource-policy': 'cross-origin',
    ...(isPreflight(head)
      ? {
          'access-control-allow-methods': 'GET, POST, DELETE',
          'access-control-allow-headers':
            'Authorization, Content-Type, Last-Event-ID, Mcp-Protocol-Version, Mcp-Session-Id, Traceparent',
          'access-control-max-age': '600',
        }
      : {}),
  };
}

/** A browser asks whether it may ask. */
export function isPreflight(head: Head): boolean {
  return head.method === 'OPTIONS' && header(head, 'access-control-request-method') !== undefined;
}

/** The scheme is left out: behind a proxy that ends TLS it differs. */
function isOwn(origin: string, host: string | undefined): boolean {
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}
