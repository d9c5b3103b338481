import { Hono } from 'hono';
import type { Event } from '../../core/event.ts';
import { eventStream } from '../event-stream.ts';
import { Refused } from '../refusal.ts';
import type { Runs, Service } from '../service.ts';
import type { ServerState } from '../state.ts';

/** `/runs`: runs of the served chains, from their journals; one that goes on here can be followed and cancelled. */
export function pastRunRoutes({ runs }: Pick<Service, 'runs'>, state: ServerState): Hono {
  return new Hono()
    .get('/runs', (context) => {
      const chain = context.req.query('chain');
      const limit = limitIn(context.req.query('limit'));
      return context.json({ runs: runs.list({ limit, ...(chain === undefined ? {} : { chain }) }) });
    })
    .get('/runs/:id', (context) => context.json(found(runs.find(context.req.param('id'))) as object))
    .get('/runs/:id/events', async (context) => {
      const id = context.req.param('id');
      const view = found(runs.find(id));
      const left = new AbortController();
      const last = context.req.header('last-event-id') ?? context.req.query('after');
      const events = found(runs.events(id, seqAfter(last), left.signal));
      if (view.status === 'running') return eventStream(context, events, state, () => left.abort());
      const rest = events[Symbol.asyncIterator]();
      const first = await rest.next();
      // A browser that has read all asks again and again, until it is told that there is no more.
      if (first.done) return context.body(null, 204);
      return eventStream(context, from(first.value, rest), state, () => left.abort());
    })
    .post('/runs/:id/cancel', (context) => {
      const id = context.req.param('id');
      const outcome = found(runs.cancel(id));
      if (outcome !== 'cancelled') throw new Refused(NOT_CANCELLED[outcome]);
      return context.json({ id, status: 'cancelling' }, 202);
    });
}

function found<T>(value: T | undefined): T {
  if (value !== undefined) return value;
  throw new Refused({ status: 404, code: 'PC2267', message: 'no such run' });
}

async function* from(first: Event, rest: AsyncIterator<Event>): AsyncGenerator<Event> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

function limitIn(text = '50'): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new Refused({ status: 400, code: 'PC2263', message: '"limit" is a whole number from 1 to 9999' });
}

function seqAfter(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  if (/^\d{1,15}$/.test(text)) return Number(text) + 1;
  throw new Refused({ status: 400, code: 'PC2263', message: 'the last event is told by its id, a whole number' });
}

const NOT_CANCELLED: Readonly<Record<Exclude<ReturnType<Runs['cancel']>, 'cancelled' | undefined>, Refused['refusal']>> = {
  ended: { status: 409, code: 'PC2273', message: 'the run has ended' },
  elsewhere: { status: 409, code: 'PC2273', message: 'the run goes on in another process' },
};
