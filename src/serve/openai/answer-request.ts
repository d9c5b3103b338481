import type { Context } from 'hono';
import { clientOf } from '../client.ts';
import { frameStream } from '../frame-stream.ts';
import type { ServedChain, Service, StartedRun } from '../service.ts';
import type { ServerState } from '../state.ts';
import { WrongOverride } from '../wrong-override.ts';
import { answerOf, collect } from './answer.ts';
import { begun } from './begun.ts';
import { BadRequest, type Problem, problemOf } from './problem.ts';
import type { Heading, Protocol, Request } from './protocol.ts';

/** Answers one request by a run of the chain it names. Throws `BadRequest`. */
export async function answerRequest(
  context: Context,
  { chains, start }: Pick<Service, 'chains' | 'start'>,
  { state, protocol }: { readonly state: ServerState; readonly protocol: Protocol },
): Promise<Response> {
  const request = protocol.read(await context.req.json().catch(() => undefined));
  const chain = chainOf(chains, request.model);
  const { given, fields, ignored } = request.asked(chain);
  const traceparent = context.req.header('traceparent');
  const run = await start(chain.name, {
    ...given,
    live: request.stream,
    client: clientOf(context),
    ...(traceparent === undefined ? {} : { traceparent }),
  }).catch((error: unknown) => {
    throw error instanceof WrongOverride ? wrongValue(fields[error.parameter] ?? error.parameter, error.fault) : error;
  });
  context.header('x-request-id', run.id);
  if (ignored.length > 0) context.header('x-promptchain-ignored', headerValue(ignored));
  return tell(context, { run, request, model: chain.name, state });
}

function wrongValue(field: string, fault: string): BadRequest {
  return new BadRequest(field, `"${field}": ${fault}`);
}

/** The chain that a client calls a model. Throws `BadRequest` where there is none. */
export function chainOf(chains: readonly ServedChain[], name: string): ServedChain {
  const found = chains.find((chain) => chain.name === name);
  if (found !== undefined) return found;
  const names = chains.map((chain) => chain.name).join(', ');
  throw new BadRequest('model', `there is no model "${name}" here: ${names}`, { status: 404, code: 'model_not_found' });
}

interface Telling {
  readonly run: StartedRun;
  readonly request: Request;
  readonly model: string;
  readonly state: ServerState;
}

async function tell(context: Context, { run, request, model, state }: Telling): Promise<Response> {
  const { signal } = context.req.raw;
  const gone = (): void => run.abort();
  signal.addEventListener('abort', gone, { once: true });
  const answer = answerOf(run.events);
  const heading: Heading = { run: run.id, model, created: Math.floor(Date.now() / 1000) };
  const problem = (result: Parameters<typeof problemOf>[0]): Problem | undefined =>
    result.status === 'success' ? undefined : problemOf(result, { stopping: state.closing.aborted });
  if (!request.stream) {
    const collected = await collect(answer);
    const failed = problem(collected.result);
    return failed === undefined ? context.json(request.whole(heading, collected)) : refuse(context, failed);
  }
  const first = await begun(answer, state.heartbeatMs);
  if ('result' in first) return refuse(context, problemOf(first.result, { stopping: state.closing.aborted }));
  return frameStream(context, request.frames(heading, first, problem), { state, gone });
}

/** An answer with an error, beside the headers that are set already. */
function refuse(context: Context, { status, error, headers }: Problem): Response {
  return context.json({ error }, status as 500, { ...headers });
}

/** Names of fields are a client's own words: what no header can carry is left out. */
function headerValue(names: readonly string[]): string {
  return names
    .map((name) => name.replace(/[^\w.[\]-]/g, '').slice(0, 64))
    .join(', ')
    .slice(0, 1000);
}
