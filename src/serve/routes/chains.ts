import { Hono } from 'hono';
import type { Service } from '../service.ts';

/** `/chains`: what is served. */
export function chainRoutes({ chains }: Pick<Service, 'chains'>): Hono {
  return new Hono()
    .get('/chains', (context) => context.json({ chains }))
    .get('/chains/:name', (context) => {
      const chain = chains.find(({ name }) => name === context.req.param('name'));
      return chain === undefined ? context.json({ error: { message: 'no such chain' } }, 404) : context.json(chain);
    });
}
