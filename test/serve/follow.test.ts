import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../../src/core/event.ts';
import { allEvents, eventsIn, type Told } from './events.ts';
import { chainOf, postJson, type Serving, serve, within } from './serving.ts';

const AGENT = `name: sums
model: anthropic/claude-haiku-4-5
steps:
  - { id: solve, objective: "Solve {input}", tools: [calculator], retry: { attempts: 3 } }
`;
const BOTH = `name: both
model: openai/gpt-4.1-mini
steps:
  - parallel:
      left: "L {input}"
      right: "R {input}"
`;

test('who follows a run from its middle is given the text so far, then what comes, each piece once', async () => {
  await using server = await serve({
    files: { 'one.yaml': chainOf('one') },
    fake: { replies: [{ tokens: ['A', 'B', 'C', 'D'], held: true }] },
  });
  const address = await begin(server, 'one');
  server.fake.release(1);
  const first = eventsIn(await fetch(address));
  const heard = await hear(first, 'A');
  server.fake.release(1);
  await hear(first, 'B');
  const second = eventsIn(await fetch(address));
  await hear(second, 'AB');
  const back = eventsIn(await fetch(address, { headers: { 'last-event-id': String(heard.id) } }));
  await hear(back, 'B');
  server.fake.release(2);
  assert.deepEqual(await Promise.all([rest(first), rest(second), rest(back)]), ['CD', 'CD', 'CD']);
});

test('what two branches say at once is given in the order of seq, whenever a follower comes back', async () => {
  await using server = await serve({
    files: { 'both.yaml': BOTH },
    fake: {
      replies: [
        { tokens: ['a', 'b', 'c'], held: true },
        { tokens: ['x', 'y', 'z'], held: true },
      ],
    },
  });
  const address = await begin(server, 'both');
  await within(server.fake.received(2), 'no requests', server.stderr);
  server.fake.release(4);
  const live = eventsIn(await fetch(address));
  const told: Event[] = [];
  while (lengthOf(told) < 4) told.push(await nextOf(live));
  for (const { seq } of told) {
    const seen = told.filter((event) => event.seq <= seq);
    const again = eventsIn(await fetch(`${address}?after=${seq}`));
    const more: Event[] = [];
    while (lengthOf(seen) + lengthOf(more) < 4) more.push(await nextOf(again));
    assert.deepEqual(texts([...seen, ...more]), texts(told), `after ${seq}`);
    assert.ok(more.every((event, index) => event.seq > (more[index - 1]?.seq ?? seq)));
    await again.return();
  }
  server.fake.release(2);
  assert.equal((await allEvents(await fetch(`${address}?after=${told.at(-1)?.seq}`))).at(-1)?.type, 'run.completed');
});

test('the text so far is that of the attempt and the turn that go on, and all that was thought, in its place', async () => {
  await using server = await serve({
    files: { 'sums.yaml': AGENT },
    env: { ANTHROPIC_API_KEY: 'sk-ant-test-0123456789' },
    fake: {
      replies: [
        { text: 'First.', reasoning: 'long', toolCalls: [{ id: 'c', name: 'calculator', arguments: '{"expression":"1+1"}' }] },
        { tokens: ['lost', ' text'], reset: 'mid' },
        { reasoning: 'short', tokens: ['It', ' is'], held: true },
      ],
    },
  });
  const address = await begin(server, 'sums');
  await within(server.fake.received(3), 'no third request', server.stderr);
  server.fake.release(1);
  const live = eventsIn(await fetch(address));
  const told: Event[] = [];
  while (!told.some((event) => event.type === 'turn.delta')) told.push(await nextOf(live));
  const again = eventsIn(await fetch(address));
  const seen: Event[] = [];
  while (!seen.some((event) => event.type === 'turn.delta')) seen.push(await nextOf(again));
  for (const events of [told, seen]) {
    assert.deepEqual(
      events.filter(({ type }) => /delta$|^turn.started$/.test(type)).map((event) => ('text' in event ? event.text : event.type)),
      ['turn.started', 'long', 'turn.started', 'short', 'It'],
    );
  }
  server.fake.release(5);
  await Promise.all([rest(live), rest(again)]);
});

test('a run in the background can be followed as soon as its address is known', async () => {
  await using server = await serve({ files: { 'one.yaml': chainOf('one') } });
  const statuses = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const response = await fetch(await begin(server, 'one'));
      assert.equal((await allEvents(response)).at(-1)?.type, 'run.completed');
      return response.status;
    }),
  );
  assert.deepEqual(new Set(statuses), new Set([200]));
});

test('a run that nobody follows still ends by the time limit of its chain, and counts as one of those that may go on', async () => {
  await using server = await serve({
    files: { 'one.yaml': `${chainOf('one')}limits: { time: 1s }\n` },
    args: ['--max-runs', '1'],
    fake: { fallback: { stall: 'mid' } },
  });
  const address = await begin(server, 'one');
  assert.equal((await postJson(`${server.url}/chains/one/runs`, { input: 'x', background: true })).status, 503);
  await within(server.fake.abandoned(1), 'the call is not dropped', server.stderr);
  const last = (await allEvents(await fetch(address))).at(-1);
  assert.match(JSON.stringify(last), /"type":"run\.(failed|interrupted)".*1 s|1s/);
});

/** Begins a run in the background; returns where its events are. */
async function begin(server: Serving, chain: string): Promise<string> {
  const begun = await postJson(`${server.url}/chains/${chain}/runs`, { input: 'x', background: true });
  assert.equal(begun.status, 202, await begun.clone().text());
  return `${server.url}${begun.headers.get('location')}/events`;
}

type Following = AsyncGenerator<Told, void>;

/** Reads until the deltas that came are the text; returns the last one. */
async function hear(events: Following, text: string): Promise<Told> {
  let heard = '';
  for (;;) {
    const next = await events.next();
    if (next.done) assert.fail(`the stream ended at "${heard}" instead of "${text}"`);
    if (next.value.event.type === 'step.delta') heard += next.value.event.text;
    if (heard === text) return next.value;
    assert.ok(text.startsWith(heard), `"${heard}" instead of "${text}"`);
  }
}

async function nextOf(events: Following): Promise<Event> {
  const next = await events.next();
  if (next.done) assert.fail('the stream ended');
  return next.value.event;
}

/** All the deltas that still come, as one text. */
async function rest(events: Following): Promise<string> {
  let heard = '';
  for await (const { event } of events) if (event.type === 'step.delta') heard += event.text;
  return heard;
}

function texts(events: readonly Event[]): Record<string, string> {
  const said: Record<string, string> = {};
  for (const event of events) if (event.type === 'step.delta') said[event.step] = (said[event.step] ?? '') + event.text;
  return said;
}

function lengthOf(events: readonly Event[]): number {
  return Object.values(texts(events)).join('').length;
}
