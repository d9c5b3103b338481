import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import { UsageError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { Given, Service, StartedRun } from '../service.ts';

/** `/chains/:name/runs`: runs a chain, its events as they come. */
export function runRoutes({ start }: Pick<Service, 'start'>): Hono {
  return new Hono().post('/chains/:name/runs', async (context) => {
    const body = requestBody.safeParse(await context.req.json().catch(() => undefined));
    if (!body.success) return context.json({ error: { message: z.prettifyError(body.error) } }, 400);
    const { stream, ...given } = body.data;
    let run: StartedRun;
    try {
      run = start(context.req.param('name'), { ...given, live: stream } as Given);
    } catch (error) {
      if (error instanceof UsageError) return context.json({ error: { code: error.code, message: error.message } }, 400);
      throw error;
    }
    if (!stream) return context.json(await resultOf(run));
    return streamSSE(context, async (sse) => {
      sse.onAbort(() => run.abort());
      for await (const event of run.events) {
        await sse.writeSSE({ id: String(event.seq), event: event.type, data: JSON.stringify(event) });
      }
    });
  });
}

const json: z.ZodType<Json> = z.json() as z.ZodType<Json>;

const requestBody = z.strictObject({
  input: z.string().optional(),
  inputs: z.record(z.string(), json).optional(),
  overrides: z.record(z.string(), json).optional(),
  user: z.string().optional(),
  stream: z.boolean().default(true),
});

async function resultOf({ events }: StartedRun) {
  for (;;) {
    const next = await events.next();
    if (next.done) return next.value;
  }
}
