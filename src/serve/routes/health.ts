import { Hono } from 'hono';

/** `/healthz`: the process answers. */
export function healthRoutes(): Hono {
  return new Hono().get('/healthz', (context) => context.text('ok\n'));
}
