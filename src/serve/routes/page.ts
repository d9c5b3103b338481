import { type Context, Hono } from 'hono';
import { Refused } from '../refusal.ts';
import type { Service } from '../service.ts';
import type { ServerState } from '../state.ts';

/** A file of the page, ready to be sent. */
export interface PageFile {
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

/** By name. */
export type PageFiles = ReadonlyMap<string, PageFile>;

/** `/` and `/page/:name`: the web page, from a table of files. What is not in the table is not there, whatever the disk has. */
export function pageRoutes(_: Pick<Service, never>, { page }: Pick<ServerState, 'page'>): Hono {
  return new Hono()
    .get('/', (context) => send(context, page.get('index.html'), 'no-cache'))
    .get('/page/:name', (context) => send(context, page.get(context.req.param('name')), 'public, max-age=31536000, immutable'));
}

function send(context: Context, file: PageFile | undefined, caching: string): Response {
  if (file === undefined) throw new Refused(NOT_THERE);
  const headers = { ...HEADERS, 'content-type': file.type, etag: file.etag, 'cache-control': caching };
  if (context.req.header('if-none-match') === file.etag) return context.body(null, 304, headers);
  return context.body(file.body, 200, headers);
}

const NOT_THERE = { status: 404, code: 'PC2267', message: 'nothing is at this address' };

/** No script and no style but these files, no HTML from texts, and no request to anyone else. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};
