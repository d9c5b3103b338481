import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import type { RunResult } from '../../src/core/run.ts';
import { allEvents, eventsIn, upTo } from './events.ts';
import { raw } from './raw.ts';
import { chainOf, postJson, serve, TEST_KEY, within } from './serving.ts';

test('two chains are served beside each other, and each run tells its own result', async () => {
  await using server = await serve({
    files: { 'one.yaml': chainOf('one', 'One: {input}'), 'two.yaml': chainOf('two', 'Two: {input}') },
  });
  const listed = (await (await fetch(`${server.url}/chains`)).json()) as { chains: { name: string }[] };
  assert.deepEqual(
    listed.chains.map(({ name }) => name),
    ['one', 'two'],
  );
  const results = await Promise.all(
    ['one', 'two'].map(async (name) =>
      (await postJson(`${server.url}/chains/${name}/runs`, { input: 'x', stream: false })).json(),
    ),
  );
  assert.deepEqual(
    results.map((result) => (result as RunResult).output),
    ['[gpt-4.1-mini] One: x', '[gpt-4.1-mini] Two: x'],
  );
});

test('a run is told event by event, and again from its journal after the last one seen', async () => {
  await using server = await serve({ files: { 'one.yaml': chainOf('one') }, fake: { fallback: { text: 'a b c' } } });
  const live = await postJson(`${server.url}/chains/one/runs`, { input: 'x' });
  assert.equal(live.headers.get('content-type'), 'text/event-stream');
  const told = await allEvents(live);
  assert.deepEqual(
    told.map(({ seq }) => seq),
    told.map((_, index) => index),
  );
  const text = told.map((event) => (event.type === 'step.delta' ? event.text : '')).join('');
  assert.equal(text, 'a b c');
  const last = told.at(-1);
  assert.equal(last?.type, 'run.completed');
  assert.ok(!JSON.stringify(told).includes(server.sandbox.dir), 'where the chain is on this machine');

  const id = live.headers.get('x-run-id');
  const kept = await allEvents(await fetch(`${server.url}/runs/${id}/events`));
  const deltas = new Set(['step.delta', 'step.reasoning_delta', 'turn.delta']);
  assert.deepEqual(
    kept,
    told.filter(({ type }) => !deltas.has(type)),
  );
  const headers = { 'last-event-id': String(kept.at(-2)?.seq) };
  assert.deepEqual(await allEvents(await fetch(`${server.url}/runs/${id}/events`, { headers })), [last]);
  const none = await fetch(`${server.url}/runs/${id}/events`, { headers: { 'last-event-id': String(last?.seq) } });
  assert.equal(none.status, 204);

  const { result } = last as { result: RunResult };
  const view = (await (await fetch(`${server.url}/runs/${id}`)).json()) as { status: string; result: RunResult };
  assert.deepEqual({ status: view.status, result: view.result }, { status: 'success', result });
  const { runs } = (await (await fetch(`${server.url}/runs?chain=one`)).json()) as { runs: { id: string; status: string }[] };
  assert.deepEqual(
    runs.map((run) => [run.id, run.status]),
    [[id, 'success']],
  );
});

test('a run in the background is followed while it goes on, and cancelled', async () => {
  await using server = await serve({
    files: { 'one.yaml': chainOf('one') },
    fake: { fallback: { stall: 'mid', text: 'a b c d' } },
  });
  const begun = await postJson(`${server.url}/chains/one/runs`, { input: 'x', background: true });
  assert.equal(begun.status, 202);
  const place = begun.headers.get('location');
  await within(server.fake.received(1), 'no request', server.stderr);
  const following = eventsIn(await fetch(`${server.url}${place}/events`));
  assert.equal((await following.next()).value?.event.type, 'run.started');
  const view = (await (await fetch(`${server.url}${place}`)).json()) as { status: string; result: unknown };
  assert.deepEqual([view.status, view.result], ['running', null]);
  const cancelled = await fetch(`${server.url}${place}/cancel`, { method: 'POST' });
  assert.equal(cancelled.status, 202);
  await within(server.fake.abandoned(1), 'the call is not dropped', server.stderr);
  const { event } = await upTo(following, 'run.interrupted');
  assert.match(JSON.stringify(event), /a client cancelled the run/);
  assert.deepEqual(await following.next(), { done: true, value: undefined });
  assert.equal((await fetch(`${server.url}${place}/cancel`, { method: 'POST' })).status, 409);
});

test('a client that goes away ends its run, and the call to the model with it', async () => {
  await using server = await serve({ files: { 'one.yaml': chainOf('one') }, fake: { fallback: { stall: 'mid' } } });
  for (const [index, stream] of [true, false].entries()) {
    const leave = new AbortController();
    const asked = postJson(`${server.url}/chains/one/runs`, { input: 'x', stream }, {}, leave.signal);
    asked.catch(() => undefined);
    await within(server.fake.received(index + 1), 'no request', server.stderr);
    if (stream) assert.equal((await asked).status, 200);
    leave.abort();
    await within(server.fake.abandoned(index + 1), 'the call is not dropped', server.stderr);
  }
  await within(server.live.saw('stderr', 'PC0002'), 'the run is not logged', server.stderr);
  const { runs } = (await (await fetch(`${server.url}/runs`)).json()) as { runs: { status: string }[] };
  assert.ok(runs.length > 0);
  const { stdout, stderr } = await server.stop();
  assert.equal(stdout, '');
  assert.doesNotMatch(stderr, /error|\n +at /i);
});

test('what a provider fails with has a status of its own, and holds no key, path or stack', async () => {
  await using server = await serve({ files: { 'one.yaml': `${chainOf('one')}    retry: 1\n` } });
  const cases = [
    [{ status: 401, error: { message: `Incorrect API key provided: ${TEST_KEY}` } }, 502, 'auth'],
    [{ status: 429, retryAfter: '7' }, 429, 'rate_limit'],
    [{ status: 400 }, 502, 'bad_request'],
    [{ status: 503 }, 503, 'overloaded'],
    [{ reset: 'before' }, 502, 'network'],
    [{ truncate: 'mid' }, 502, 'network'],
    [{ finish: 'refusal' }, 422, 'refusal'],
  ] as const;
  for (const [reply, status, reason] of cases) {
    server.fake.reply(reply);
    const answer = await postJson(`${server.url}/chains/one/runs`, { input: 'x', stream: false });
    const text = await answer.text();
    assert.deepEqual([answer.status, (JSON.parse(text) as RunResult).error?.reason], [status, reason], text);
    assert.ok(!text.includes(TEST_KEY));
    assert.doesNotMatch(text, /promptchain-test-|\n +at |node_modules/);
    if (reason === 'rate_limit') assert.equal(answer.headers.get('retry-after'), '7');
  }
  assert.ok(!server.stderr().includes(TEST_KEY));
});

test('a silent stream is kept alive by comments', async () => {
  await using server = await serve({
    files: { 'one.yaml': chainOf('one') },
    args: ['--heartbeat', '20ms'],
    fake: { fallback: { stall: 'before' } },
  });
  const leave = new AbortController();
  const response = await postJson(`${server.url}/chains/one/runs`, { input: 'x' }, {}, leave.signal);
  let comments = 0;
  const enough = new Promise<void>((resolve) => {
    const read = async () => {
      for await (const _ of eventsIn(response, () => ++comments === 3 && resolve()));
    };
    read().catch(() => undefined);
  });
  await within(enough, 'no comments', server.stderr);
  leave.abort();
});

test('what a client may override is what the server says, and nothing else', async () => {
  await using server = await serve({
    files: { 'one.yaml': `${chainOf('one')}    temperature: 1\n` },
    args: ['--allow-override', 'model=openai/gpt-4.1*,temperature'],
  });
  const run = async (overrides: object) =>
    (await postJson(`${server.url}/chains/one/runs`, { input: 'x', stream: false, overrides })).status;
  assert.equal(await run({ model: 'openai/gpt-4.1-nano', temperature: 0.25 }), 200);
  assert.equal(await run({ temperature: 0.5 }), 200);
  assert.deepEqual(
    server.fake.requests.map(({ body: { model, temperature } }) => [model, temperature]),
    [
      ['gpt-4.1-nano', 0.25],
      ['gpt-4.1-mini', 0.5],
    ],
  );
  for (const refused of [
    { model: 'openai/gpt-5' },
    { model: 'anthropic/claude-sonnet-4-5' },
    { model: 'openai/gpt-4.1\nsteps' },
    { max_tokens: 5 },
    { temperature: 3 },
    { temperature: '0' },
    { prompt: 'x' },
    { 'steps[0].run': 'id' },
    { __proto__: null, constructor: 1 },
  ]) {
    assert.equal(await run(refused), 400, JSON.stringify(refused));
  }
  assert.equal(server.fake.requests.length, 2);
});

test('an override runs the file as it was served: one that has changed since is refused', async () => {
  await using server = await serve({ files: { 'one.yaml': chainOf('one') }, args: ['--allow-override', 'temperature'] });
  server.sandbox.write({ 'one.yaml': 'name: one\nsteps:\n  - run: "touch changed; echo $INPUT"\n' });
  const run = (more: object) => postJson(`${server.url}/chains/one/runs`, { input: 'x', stream: false, ...more });
  const refused = await run({ overrides: { temperature: 0.5 } });
  assert.equal(refused.status, 503, await refused.clone().text());
  assert.match(await refused.text(), /"code":"PC7075".*changed/);
  assert.ok(!existsSync(server.sandbox.path('changed')), 'the command of the new file ran');
  assert.equal(((await (await run({})).json()) as RunResult).output, '[gpt-4.1-mini] Say: x');
});

test('the result is the same as the one that ends the events: what was warned of is in both', async () => {
  await using server = await serve({ files: { 'one.yaml': chainOf('one') } });
  server.sandbox.write({ '../home/promptchain/state/runs': 'no folder' });
  const events = await allEvents(await postJson(`${server.url}/chains/one/runs`, { input: 'x' }));
  const last = events.at(-1);
  assert.ok(last?.type === 'run.completed');
  const codes = ({ warnings }: RunResult): readonly string[] => warnings.map(({ code }) => code);
  assert.deepEqual(codes(last.result), ['PC8104']);
  const result = (await (await postJson(`${server.url}/chains/one/runs`, { input: 'x', stream: false })).json()) as RunResult;
  assert.deepEqual(codes(result), ['PC8104']);
});

test('asking for the head of a stream leaves nothing open', async () => {
  await using server = await serve({ files: { 'one.yaml': chainOf('one') }, fake: { fallback: { stall: 'mid' } } });
  const begun = await postJson(`${server.url}/chains/one/runs`, { input: 'x', background: true });
  await within(server.fake.received(1), 'no request', server.stderr);
  const head = await fetch(`${server.url}${begun.headers.get('location')}/events`, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers.get('content-type')], [200, 'text/event-stream']);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  assert.match(metrics, /^promptchain_open_streams\{kind="sse"\} 0$/m);
});

test('an overridden run that failed is taken up as it was overridden', async () => {
  await using server = await serve({
    files: { 'one.yaml': `${chainOf('one')}    retry: 1\n` },
    args: ['--allow-override', 'model=openai/*,temperature'],
    fake: { replies: [{ status: 400 }] },
  });
  const overrides = { model: 'openai/gpt-4.1-nano', temperature: 0.25 };
  const failed = await postJson(`${server.url}/chains/one/runs`, { input: 'x', stream: false, overrides });
  assert.equal(failed.status, 502);
  const env = { OPENAI_BASE_URL: server.fake.openaiUrl, OPENAI_API_KEY: TEST_KEY };
  const resumed = await server.sandbox.run(['runs', 'resume', failed.headers.get('x-run-id') ?? ''], { env });
  assert.deepEqual([resumed.code, resumed.stdout], [0, '[gpt-4.1-nano] Say: x\n'], resumed.stderr);
  assert.deepEqual(
    server.fake.requests.map(({ body }) => body.temperature),
    [0.25, 0.25],
  );
});

test('a client of HTTP/1.0 gets a stream without chunks, which ends with the connection', async () => {
  await using server = await serve({ files: { 'one.yaml': chainOf('one') } });
  const body = '{"input":"x"}';
  const headers = `Host: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
  const asked = raw(server.port, `POST /chains/one/runs HTTP/1.0\r\n${headers}\r\n\r\n${body}`);
  const answer = await within(asked, 'the connection stays open', server.stderr);
  assert.deepEqual([answer.status, answer.headers['transfer-encoding'], answer.headers.connection], [200, undefined, 'close']);
  assert.match(answer.body, /^event: run\.started\n.*\nevent: run\.completed\ndata: .*\nid: \d+\n\n$/s);
});

test('where the server keeps its own files is told to no client', async () => {
  await using server = await serve({
    files: {
      'one.yaml': 'name: one\nsteps:\n  - run: echo x\n    remember: { last: "{output}" }\n',
      '../home/promptchain/data/memory.jsonl': 'no memory\n',
    },
    chains: ['one.yaml'],
    // The folder of these files is then in no home.
    env: { HOME: '/nowhere' },
  });
  const answer = await postJson(`${server.url}/chains/one/runs`, { input: 'x', stream: false });
  const { error } = (await answer.json()) as RunResult;
  assert.match(error?.message ?? '', /^the memory store memory\.jsonl is damaged/);
});

test('a body with a field that is none is refused in a plain sentence', async () => {
  await using server = await serve({ files: { 'one.yaml': 'name: one\nmodel: echo/x\nsteps: [{ prompt: "{input}" }]\n' } });
  const answer = await fetch(`${server.url}/chains/one/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"inptu": "x"}',
  });
  assert.equal(answer.status, 400);
  const { error } = (await answer.json()) as { error: { message: string } };
  assert.equal(error.message, 'Unrecognized key: "inptu"');
});
