import { getJson } from './request.ts';
import type { ServedChain } from './wire.ts';

let asked: Promise<readonly ServedChain[]> | undefined;

/** The chains that are served; they stay the same while the server is up, so it is asked once. */
export function servedChains(): Promise<readonly ServedChain[]> {
  asked ??= getJson<{ readonly chains: readonly ServedChain[] }>('chains').then(({ chains }) => chains);
  asked.catch(() => {
    asked = undefined;
  });
  return asked;
}

export async function servedChain(name: string): Promise<ServedChain | undefined> {
  return (await servedChains()).find((chain) => chain.name === name);
}
