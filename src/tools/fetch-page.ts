import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { ToolError } from '../core/errors.ts';
import { abortable } from '../lib/abortable.ts';
import { type Address, addressesOf, type Lookup, pinnedTo } from './fetch-address.ts';

export interface PageRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly body?: string;
  readonly contentType?: string;
}

export interface Page {
  /** Where the redirects ended. */
  readonly url: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Decompressed, at most `MOST_BYTES`. */
  readonly body: Buffer;
  readonly cut: boolean;
}

export interface PageWorld {
  readonly lookup: Lookup;
  readonly signal: AbortSignal;
  allowsPrivate(url: URL): boolean;
  /** Called with where a redirect leads, before it is followed. Throws to refuse. */
  onRedirect(url: string): Promise<void>;
}

export const MOST_BYTES = 1024 * 1024;
export const MOST_REDIRECTS = 5;
const LONGEST_MS = 30_000;

/**
 * Fetches a page directly, without a proxy, cookies or credentials. Every address on the way is checked and then pinned. Throws
 * `ToolError`, also for a page that takes longer than 30 s; an abort throws the signal's reason.
 */
export async function fetchPage(request: PageRequest, world: PageWorld): Promise<Page> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(tookTooLong(request.url)), LONGEST_MS);
  const signal = AbortSignal.any([world.signal, late.signal]);
  try {
    // The system's lookup cannot be aborted.
    return await abortable(follow(request, { ...world, signal }), signal);
  } finally {
    clearTimeout(timer);
  }
}

async function follow(first: PageRequest, world: PageWorld): Promise<Page> {
  let request = first;
  for (let hops = 0; ; hops += 1) {
    const url = parsed(request.url);
    const addresses = await addressesOf(url, world.lookup, world.allowsPrivate);
    world.signal.throwIfAborted();
    const answer = await send(request, url, addresses, world.signal);
    const { statusCode: status = 0, headers } = answer;
    if (!REDIRECTS.has(status) || headers.location === undefined) {
      const { body, cut } = await bodyOf(answer, url);
      return { url: url.href, status, headers, body, cut };
    }
    answer.destroy();
    if (hops === MOST_REDIRECTS) throw failed(first.url, `it redirects more than ${MOST_REDIRECTS} times`);
    request = redirected(request, url, status, headers.location);
    await world.onRedirect(request.url);
  }
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

function redirected(request: PageRequest, from: URL, status: number, location: string): PageRequest {
  if (!URL.canParse(location, from.href))
    throw failed(from.href, `it redirects to what is no address: ${location.slice(0, 200)}`);
  const to = new URL(location, from);
  if (request.method === 'GET' || (status !== 307 && status !== 308)) return { url: to.href, method: 'GET' };
  if (to.origin === from.origin) return { ...request, url: to.href };
  throw failed(from.href, `it redirects a POST to another site, ${to.origin}; the body is not sent there`);
}

async function send(
  request: PageRequest,
  url: URL,
  addresses: readonly Address[],
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { request: open } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  return await new Promise((resolve, reject) => {
    const call = open(url, {
      method: request.method,
      lookup: pinnedTo(addresses),
      agent: false,
      signal,
      headers: {
        'user-agent': 'promptchain',
        accept: 'text/html, application/json, text/*;q=0.9, */*;q=0.5',
        'accept-encoding': 'gzip, deflate, br',
        ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
      },
    });
    call.on('response', resolve);
    call.on('error', (error: NodeJS.ErrnoException) => {
      reject(signal.aborted ? signal.reason : failed(url.href, error.code ?? error.message, error));
    });
    call.end(request.body);
  });
}

/** The beginning of the body, decompressed: a bomb is cut like any other page that is too large. */
async function bodyOf(answer: IncomingMessage, url: URL): Promise<{ readonly body: Buffer; readonly cut: boolean }> {
  const stream = await decompressed(answer);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MOST_BYTES) break;
    }
  } catch (error) {
    throw failed(url.href, 'the answer broke off or is damaged', error);
  } finally {
    stream.destroy();
    answer.destroy();
  }
  return { body: Buffer.concat(chunks).subarray(0, MOST_BYTES), cut: size > MOST_BYTES };
}

async function decompressed(answer: IncomingMessage): Promise<Readable> {
  const encoding = (answer.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return answer;
  const { createBrotliDecompress, createUnzip } = await import('node:zlib');
  const unpack = encoding === 'br' ? createBrotliDecompress() : createUnzip();
  answer.on('error', (error) => unpack.destroy(error));
  return answer.pipe(unpack);
}

function parsed(text: string): URL {
  if (URL.canParse(text)) return new URL(text);
  throw new ToolError(`"${text.slice(0, 200)}" is no address: it must be complete, such as https://example.com/page`, {
    code: 'PC7043',
    reason: 'tool',
  });
}

function failed(url: string, why: string, cause?: unknown): ToolError {
  return new ToolError(`${url} could not be fetched: ${why}`, { code: 'PC7044', reason: 'tool', cause });
}

function tookTooLong(url: string): ToolError {
  return new ToolError(`${url} did not answer in full within ${LONGEST_MS / 1000} s`, { code: 'PC7044', reason: 'timeout' });
}
