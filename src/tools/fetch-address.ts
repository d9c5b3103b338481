import { isIP, type LookupFunction } from 'node:net';
import { ToolError } from '../core/errors.ts';
import { isPublic } from './public-address.ts';

export interface Address {
  readonly address: string;
  readonly family: number;
}

/** Every address of a host name. */
export type Lookup = (host: string) => Promise<readonly Address[]>;

/**
 * The addresses a URL may be fetched from, looked up this once: the connection must use these and ask nobody again, or a name
 * could point elsewhere the second time. Throws `ToolError` for a URL that is none of the web's, and, unless `allowed`, for one
 * that any of its addresses places in a private network.
 */
export async function addressesOf(url: URL, lookup: Lookup, allowed: (url: URL) => boolean): Promise<readonly Address[]> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused(url, 'only http and https addresses can be fetched');
  if (url.username !== '' || url.password !== '') throw refused(url, 'an address with a user name in it is not fetched');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  const addresses = family === 0 ? await found(url, host, lookup) : [{ address: host, family }];
  if (allowed(url)) return addresses;
  const inner = addresses.find(({ address }) => !isPublic(address));
  if (inner === undefined) return addresses;
  const is = inner.address === host ? 'is' : `has ${inner.address}, which is`;
  const help = `you can open it with: --allow-tool "http.fetch(url=${url.origin}/*)"`;
  throw refused(url, `${host} ${is} not an address of the public internet`, help);
}

/** The `lookup` of a connection that may use these addresses only. */
export function pinnedTo(addresses: readonly Address[]): LookupFunction {
  return (_host, { all }, answer) => {
    const [first] = addresses;
    if (all === true) answer(null, [...addresses]);
    else answer(null, first?.address ?? '', first?.family ?? 0);
  };
}

async function found(url: URL, host: string, lookup: Lookup): Promise<readonly Address[]> {
  let addresses: readonly Address[];
  try {
    addresses = await lookup(host);
  } catch (cause) {
    const { code = 'failed' } = cause as NodeJS.ErrnoException;
    throw new ToolError(`the host of ${url.href} cannot be found: ${host} (${code})`, { code: 'PC7044', reason: 'tool', cause });
  }
  if (addresses.length > 0) return addresses;
  throw new ToolError(`the host of ${url.href} has no address: ${host}`, { code: 'PC7044', reason: 'tool' });
}

function refused(url: URL, why: string, help?: string): ToolError {
  const shown = `${url.protocol}//${url.host}${url.pathname}`;
  return new ToolError(`${shown} is not fetched: ${why}`, { code: 'PC7043', reason: 'tool', help });
}
