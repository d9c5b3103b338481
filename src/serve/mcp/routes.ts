import { type Context, Hono } from 'hono';
import { clientOf } from '../client.ts';
import type { Service } from '../service.ts';
import type { ServerState } from '../state.ts';
import type { Sessions } from './sessions.ts';

/**
 * `/mcp`: each chain is a tool, over Streamable HTTP. The SDK is loaded with the first request. `GET` is not answered: nothing
 * is said to a client outside its own requests.
 */
export function mcpRoutes(service: Pick<Service, 'chains' | 'start'>, { version, heartbeatMs }: ServerState): Hono {
  let loading: Promise<Sessions> | undefined;
  const sessions = (): Promise<Sessions> => {
    loading ??= import('./sessions.ts').then(({ createSessions }) => createSessions(service, { version, heartbeatMs }));
    return loading;
  };
  const answer = async (context: Context): Promise<Response> => {
    const body: unknown = context.req.method === 'POST' ? await context.req.json().catch(() => undefined) : undefined;
    const traceparent = context.req.header('traceparent');
    const about = { client: clientOf(context), ...(traceparent === undefined ? {} : { traceparent }) };
    return (await sessions()).answer(context.req.raw, body, about);
  };
  return new Hono().post('/mcp', answer).delete('/mcp', answer);
}
