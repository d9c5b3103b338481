import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { Json } from '../../core/json.ts';
import type { RunResult } from '../../core/run.ts';
import { zodSentence } from '../../lib/zod-sentence.ts';
import { clientOf } from '../client.ts';
import { eventStream } from '../event-stream.ts';
import { Refused } from '../refusal.ts';
import { retryAfter, statusOfResult } from '../result-status.ts';
import type { Given, Service, StartedRun } from '../service.ts';
import type { ServerState } from '../state.ts';

/** `/chains/:name/runs`: runs a chain, and tells its events as they come, its result, or only where to look for it. */
export function runRoutes({ chains, start, runs }: Pick<Service, 'chains' | 'start' | 'runs'>, state: ServerState): Hono {
  return new Hono().post('/chains/:name/runs', async (context) => {
    const name = context.req.param('name');
    if (!chains.some((chain) => chain.name === name)) throw new Refused(NO_CHAIN);
    const { stream, background, ...given } = parsed(await context.req.json().catch(() => undefined));
    if (background && !runs.kept) throw new Refused(NOT_KEPT);
    const traceparent = context.req.header('traceparent');
    const run = await start(name, {
      ...(given as Given),
      live: stream && !background,
      client: clientOf(context),
      ...(traceparent === undefined ? {} : { traceparent }),
    });
    context.header('x-run-id', run.id);
    if (background) return inBackground(context, run, state);
    return stream ? eventStream(context, run.events, state, () => run.abort()) : wholeResult(context, run);
  });
}

/** The body of a request for a run. */
export const runRequest = z.strictObject({
  input: z.string().optional().describe('what {input} of the chain is'),
  inputs: z.record(z.string(), z.json()).optional().describe('values of the inputs that the chain declares'),
  overrides: z.record(z.string(), z.json()).optional().describe('what the server lets clients set, such as model'),
  user: z.string().max(200).optional().describe('who asks: {user} of the chain'),
  stream: z.boolean().default(true).describe('answer with the events as they come; otherwise with the result'),
  background: z.boolean().default(false).describe('answer at once, and run on without anyone listening'),
});

function parsed(body: unknown): z.infer<typeof runRequest> {
  const { success, data, error } = runRequest.safeParse(body);
  if (success) return data;
  throw new Refused({ status: 400, code: 'PC2263', message: zodSentence(error) });
}

async function wholeResult(context: Context, run: StartedRun): Promise<Response> {
  context.req.raw.signal.addEventListener('abort', () => run.abort(), { once: true });
  const result = await toEnd(run);
  return context.json(result as unknown as { readonly [name: string]: Json }, statusOfResult(result), {
    ...retryAfter(result.error),
  });
}

/** Its journal is there before the answer is: whoever goes to its address finds it. */
async function inBackground(context: Context, run: StartedRun, { report }: ServerState): Promise<Response> {
  await run.events.next();
  toEnd(run).catch(report);
  return context.json({ id: run.id, status: 'running' }, 202, { location: `/runs/${run.id}` });
}

async function toEnd({ events }: StartedRun): Promise<RunResult> {
  for (;;) {
    const next = await events.next();
    if (next.done) return next.value;
  }
}

const NO_CHAIN = { status: 404, code: 'PC2267', message: 'no such chain', help: 'GET /chains lists those that are served' };
const NOT_KEPT = { status: 400, code: 'PC2263', message: 'a run in the background needs a journal, and the server keeps none' };
