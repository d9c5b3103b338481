import { Hono } from 'hono';
import { Refused } from '../refusal.ts';
import type { Service } from '../service.ts';

/** `/chains`: what is served. */
export function chainRoutes({ chains, runs }: Pick<Service, 'chains' | 'runs'>): Hono {
  return new Hono()
    .get('/chains', (context) => context.json({ chains, keeps_runs: runs.kept }))
    .get('/chains/:name', (context) => {
      const chain = chains.find(({ name }) => name === context.req.param('name'));
      if (chain === undefined) throw new Refused({ status: 404, code: 'PC2267', message: 'no such chain' });
      return context.json(chain);
    });
}
