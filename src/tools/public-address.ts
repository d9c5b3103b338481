import { BlockList, isIPv4 } from 'node:net';

/**
 * Whether an IP address is one of the public internet. Not public are all that the registries of special-purpose addresses
 * (RFC 6890) keep from it: loopback, private, shared and link-local ones, with them the metadata services of the clouds,
 * multicast, examples and what is reserved. An IPv4 address inside an IPv6 one counts as itself.
 */
export function isPublic(address: string): boolean {
  const plain = address.split('%')[0] ?? '';
  if (isIPv4(plain)) return !SPECIAL.check(plain, 'ipv4');
  const words = wordsOf(plain);
  if (words === undefined) return false;
  const embedded = embeddedIn(words);
  if (embedded !== undefined) return isPublic(embedded);
  return GLOBAL_6.check(plain, 'ipv6') && !SPECIAL.check(plain, 'ipv6');
}

const SPECIAL = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Azure's own services, metadata among them, at an address of the public range.
  ['168.63.129.16', 32],
] as const) {
  SPECIAL.addSubnet(net, bits, 'ipv4');
}
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  SPECIAL.addSubnet(net, bits, 'ipv6');
}

/** The only block from which public addresses are given out. */
const GLOBAL_6 = new BlockList();
GLOBAL_6.addSubnet('2000::', 3, 'ipv6');

/** The eight 16-bit words of an IPv6 address; undefined when it is none. */
function wordsOf(address: string): readonly number[] | undefined {
  if (!URL.canParse(`http://[${address}]/`)) return undefined;
  const [head = '', tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::');
  const words = (text: string) => (text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16)));
  if (tail === undefined) return words(head);
  const [before, after] = [words(head), words(tail)];
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** The IPv4 address in a mapped one (`::ffff:…`) and in one that a NAT64 gateway translates (`64:ff9b::…`). */
function embeddedIn(words: readonly number[]): string | undefined {
  const start = words.slice(0, 6).join();
  if (start !== '0,0,0,0,0,65535' && start !== '100,65435,0,0,0,0') return undefined;
  return words
    .slice(6)
    .flatMap((word) => [word >> 8, word & 255])
    .join('.');
}
