import { getJson } from './request.ts';
import type { Served, ServedChain } from './wire.ts';

/** What is served. It is asked each time: a page may stay open while its server is started anew with other chains. */
export function served(): Promise<Served> {
  return getJson<Served>('chains');
}

export async function servedChain(name: string): Promise<ServedChain | undefined> {
  return (await served()).chains.find((chain) => chain.name === name);
}
