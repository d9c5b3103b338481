import { part, request } from '../request.ts';
import type { Given } from '../wire.ts';
import { startHeldRun } from './held-feed.ts';

/**
 * Runs a chain, in the background where the server keeps runs: it then goes on whatever becomes of the page. Resolves to its id
 * when it has begun, rejects with what the server finds wrong.
 */
export async function startRun(chain: string, given: Given, keepsRuns: boolean): Promise<string> {
  if (!keepsRuns) return startHeldRun(chain, given);
  const response = await request(`chains/${part(chain)}/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...given, background: true }),
  });
  const { id } = (await response.json()) as { readonly id: string };
  return id;
}
