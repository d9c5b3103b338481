import { Hono } from 'hono';
import type { Service } from '../service.ts';
import type { ServerState } from '../state.ts';

/** `/healthz`: the process answers. `/readyz`: it takes new work. `/metrics`: what it counts. */
export function healthRoutes(_: Pick<Service, 'chains'>, { closing, metrics }: ServerState): Hono {
  return new Hono()
    .get('/healthz', (context) => context.text('ok\n'))
    .get('/readyz', (context) => (closing.aborted ? context.text('stopping\n', 503) : context.text('ok\n')))
    .get('/metrics', (context) => context.text(metrics.text(), 200, { 'content-type': TEXT_FORMAT }));
}

const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8';
