import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { chatWith } from './chat/client.ts';
import { head, raw } from './raw.ts';
import { chainOf, postJson, serve, within } from './serving.ts';

/** Every sample by its name and labels. Throws for a line that is not of the format. */
function samplesOf(text: string): ReadonlyMap<string, number> {
  const typed = new Set<string>();
  const samples = new Map<string, number>();
  assert.ok(text.endsWith('\n'));
  for (const line of text.slice(0, -1).split('\n')) {
    const [, type] = /^# TYPE ([a-z_:][a-z0-9_:]*) (?:counter|gauge|histogram)$/.exec(line) ?? [];
    if (type !== undefined) typed.add(type);
    else if (!/^# HELP [a-z_:][a-z0-9_:]* [^\\\n]+$/.test(line)) {
      const [, name = '', labels = '', value] = SAMPLE.exec(line) ?? assert.fail(`no line of the format: ${line}`);
      assert.ok(typed.has(name.replace(/_(bucket|sum|count)$/, '')) || typed.has(name), line);
      assert.ok(!samples.has(name + labels), `twice: ${line}`);
      samples.set(name + labels, Number(value));
    }
  }
  return samples;
}

const SAMPLE = /^([a-z_:][a-z0-9_:]*)(\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/;

test('metrics count runs, requests, tokens and what is open, and their labels are few', async () => {
  await using server = await serve({ files: { 'one.yaml': chainOf('one') } });
  const metrics = async () => samplesOf(await (await fetch(`${server.url}/metrics`)).text());
  for (let time = 0; time < 3; time += 1) await postJson(`${server.url}/chains/one/runs`, { input: 'x', stream: false });
  server.fake.reply({ status: 400 }, { stall: 'mid' });
  await postJson(`${server.url}/chains/one/runs`, { input: 'x', stream: false });
  for (const name of ['a', 'b', '"\n\\']) await fetch(`${server.url}/no/${encodeURIComponent(name)}`);
  await postJson(`${server.url}/chains/one/runs`, '{');
  const leave = new AbortController();
  await postJson(`${server.url}/chains/one/runs`, { input: 'x' }, {}, leave.signal);
  await within(server.fake.received(5), 'no request', server.stderr);

  const counted = await metrics();
  const expected = {
    'promptchain_runs_total{chain="one",status="success"}': 3,
    'promptchain_runs_total{chain="one",status="failed"}': 1,
    'promptchain_runs_going{chain="one"}': 1,
    'promptchain_run_duration_seconds_count{chain="one"}': 4,
    'promptchain_run_duration_seconds_bucket{chain="one",le="+Inf"}': 4,
    'promptchain_requests_total{route="/chains/:name/runs",status="200"}': 4,
    'promptchain_requests_total{route="/chains/:name/runs",status="502"}': 1,
    'promptchain_requests_total{route="none",status="404"}': 3,
    'promptchain_requests_total{route="refused",status="400"}': 1,
    'promptchain_open_streams{kind="sse"}': 1,
    'promptchain_open_streams{kind="websocket"}': 0,
  };
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, counted.get(name)])), expected);
  assert.ok((counted.get('promptchain_tokens_total{chain="one",direction="output"}') ?? 0) > 0);
  assert.ok((counted.get('promptchain_cost_usd_total{chain="one"}') ?? 0) > 0);
  leave.abort();
  await within(server.live.saw('stderr', 'one interrupted'), 'the run does not end', server.stderr);
  const later = await metrics();
  assert.equal(later.get('promptchain_runs_going{chain="one"}'), 0);
  assert.equal(later.get('promptchain_open_streams{kind="sse"}'), 0);
});

test('a WebSocket is a line of the log at its end and counts once it is open, and so does one that is refused', async () => {
  await using server = await serve({ files: { 'one.yaml': chainOf('one') } });
  const requests = async () =>
    [...samplesOf(await (await fetch(`${server.url}/metrics`)).text())].filter(([name]) => /101|refused/.test(name));
  const { socket } = await chatWith(server.url, 'one');
  assert.deepEqual(await requests(), [['promptchain_requests_total{route="/chat/:name",status="101"}', 1]]);
  assert.doesNotMatch(server.stderr(), /GET \/chat/);
  socket.close();
  await server.live.saw('stderr', ' 127.0.0.1 GET /chat/one 101 ');

  const shake = { Host: `127.0.0.1:${server.port}`, Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' };
  const key = { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' };
  for (const [path, headers, status, times] of [
    ['/chat/two?secret=1', { ...shake, ...key }, 404, 1],
    ['/runs', { ...shake, ...key }, 404, 1],
    ['/chat/one', { ...shake, ...key, Origin: 'https://evil.example' }, 403, 1],
    ['/chat/one', shake, 400, 1],
    ['/chat/one', { ...shake, ...key, 'Sec-WebSocket-Version': '12' }, 400, 2],
  ] as const) {
    const answer = await raw(server.port, head(`GET ${path}`, headers));
    assert.equal(answer.status, status, answer.body);
    assert.match(answer.body, /^\{"error":\{"code":"PC\d{4}","message":/);
    await server.live.saw('stderr', ` 127.0.0.1 GET ${path.replace(/\?.*/, '')} ${status} `, times);
  }
  assert.deepEqual(new Map(await requests()).get('promptchain_requests_total{route="refused",status="400"}'), 2);
  assert.deepEqual(new Map(await requests()).get('promptchain_requests_total{route="refused",status="404"}'), 2);
});

test('a client that is refused a WebSocket and stays is hung up on', async () => {
  await using server = await serve({ files: { 'one.yaml': chainOf('one') } });
  const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined).resume();
  socket.write(head('GET /chat/two', { Host: `127.0.0.1:${server.port}`, Connection: 'Upgrade', Upgrade: 'websocket' }));
  await server.live.saw('stderr', ' GET /chat/two 404 ');
  socket.destroy();
});
