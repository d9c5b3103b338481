import { Hono } from 'hono';
import type { Service } from '../service.ts';
import type { ServerState } from '../state.ts';

/** `/openapi.json`: what there is, for programs. */
export function openApiRoutes({ chains }: Pick<Service, 'chains'>, state: ServerState): Hono {
  return new Hono().get('/openapi.json', async (context) => {
    const { openApiOf } = await import('../openapi/document.ts');
    return context.json(await openApiOf(chains, state));
  });
}
