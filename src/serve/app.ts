import { Hono } from 'hono';
import { chainRoutes } from './routes/chains.ts';
import { healthRoutes } from './routes/health.ts';
import { type PageFile, pageRoutes } from './routes/page.ts';
import { runRoutes } from './routes/runs.ts';
import type { Service } from './service.ts';

/** Everything that answers to HTTP, as one application: each group of routes is a file. */
export function createApp(service: Pick<Service, 'chains' | 'start'>, page: ReadonlyMap<string, PageFile>): Hono {
  const app = new Hono();
  for (const routes of [healthRoutes, chainRoutes, runRoutes]) app.route('/', routes(service));
  app.route('/', pageRoutes({ page }));
  return app;
}
