import { Hono } from 'hono';
import type { ServedChain, Service } from '../service.ts';
import type { ServerState } from '../state.ts';
import { answerRequest, chainOf } from './answer-request.ts';
import { CHAT } from './chat.ts';
import { BadRequest } from './problem.ts';
import { RESPONSES } from './responses.ts';

/** `/v1`: each chain is a model of OpenAI's API. */
export function openAiRoutes(service: Pick<Service, 'chains' | 'start'>, state: ServerState): Hono {
  const since = Math.floor(Date.now() / 1000);
  const model = ({ name }: ServedChain): object => ({ id: name, object: 'model', created: since, owned_by: 'promptchain' });
  const { chains } = service;
  const app = new Hono()
    .get('/v1/models', (context) => context.json({ object: 'list', data: chains.map(model) }))
    .get('/v1/models/:model', (context) => context.json(model(chainOf(chains, context.req.param('model')))))
    .post('/v1/chat/completions', (context) => answerRequest(context, service, { state, protocol: CHAT }))
    .post('/v1/responses', (context) => answerRequest(context, service, { state, protocol: RESPONSES }));
  // A refusal with the field that it is about; others are told by the application.
  app.onError((error, context) => {
    if (!(error instanceof BadRequest)) throw error;
    const { status, error: told } = error.problem;
    return context.json({ error: told }, status as 400);
  });
  return app;
}
