import { type Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { matchedRoutes } from 'hono/route';
import { mcpRoutes } from './mcp/routes.ts';
import { openAiRoutes } from './openai/routes.ts';
import { bodyOf, type Refusal } from './refusal.ts';
import { INTERNAL, refusalFor } from './refusal-for.ts';
import { chainRoutes } from './routes/chains.ts';
import { healthRoutes } from './routes/health.ts';
import { memoryRoutes } from './routes/memory.ts';
import { openApiRoutes } from './routes/openapi.ts';
import { pageRoutes } from './routes/page.ts';
import { pastRunRoutes } from './routes/past-runs.ts';
import { runRoutes } from './routes/runs.ts';
import type { Service } from './service.ts';
import type { ServerState } from './state.ts';

/** What the application serves; conversations are for those who can have them. */
export type Served = Omit<Service, 'conversations'>;

/**
 * Everything that answers to HTTP, as one application: each group of routes is a file. A route throws what it refuses with
 * (`Refused`, `UsageError`); here it becomes an answer in the words of whoever asked.
 */
export function createApp(service: Served, state: ServerState): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    state.metrics.request(routeOf(context), context.res.status);
  });
  for (const routes of ROUTES) app.route('/', routes(service, state));
  app.notFound((context) => refuse(context, unanswered(app, context)));
  app.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse();
    const refusal = refusalFor(error);
    if (refusal === INTERNAL) state.report(error);
    return refuse(context, refusal);
  });
  return app;
}

const ROUTES: readonly ((service: Served, state: ServerState) => Hono)[] = [
  healthRoutes,
  chainRoutes,
  runRoutes,
  pastRunRoutes,
  memoryRoutes,
  pageRoutes,
  openApiRoutes,
  openAiRoutes,
  mcpRoutes,
];

function refuse(context: Context, refusal: Refusal): Response {
  const headers = { 'content-type': 'application/json; charset=utf-8', ...refusal.headers };
  return new Response(JSON.stringify(bodyOf(refusal, context.req.path)), { status: refusal.status, headers });
}

/** Nothing is at the address, or what is there is asked in another way. */
function unanswered(app: Hono, { req: { path, method } }: Context): Refusal {
  const allowed = METHODS.filter((each) => app.router.match(each, path)[0].some(([[, route]]) => route.method === each));
  if (allowed.length === 0) return { status: 404, code: 'PC2267', message: 'nothing is at this address' };
  const allow = allowed.includes('GET') ? [...allowed, 'HEAD'] : allowed;
  return { status: 405, code: 'PC2267', message: `${method} is not for this address`, headers: { allow: allow.join(', ') } };
}

const METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** The pattern that answered: never what a client wrote. */
function routeOf(context: Context): string {
  return matchedRoutes(context).findLast(({ method }) => method !== 'ALL')?.path ?? 'none';
}
