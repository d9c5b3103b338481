import { Hono } from 'hono';
import { Refused } from '../refusal.ts';
import type { MemoryView, Service } from '../service.ts';

/** `/memory`: what the chains remember, where the operator lets clients read it. */
export function memoryRoutes({ memory }: Pick<Service, 'memory'>): Hono {
  return new Hono()
    .get('/memory', async (context) => context.json({ namespaces: await shown(memory).namespaces() }))
    .get('/memory/:namespace', async (context) => {
      const namespace = context.req.param('namespace');
      return context.json({ namespace, values: await shown(memory).read(namespace) });
    });
}

function shown(memory: MemoryView | undefined): MemoryView {
  if (memory !== undefined) return memory;
  throw new Refused({
    status: 404,
    code: 'PC2267',
    message: 'the server does not show its memory',
    help: 'the operator lets clients read it with --show-memory',
  });
}
