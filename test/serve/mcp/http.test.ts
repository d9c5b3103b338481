import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { chainOf, postJson, serve, within } from '../serving.ts';
import { overHttp } from './client.ts';

const TRIAGE = `name: triage
description: Sorts a ticket.
model: openai/gpt-4.1-mini
inputs:
  tone: { type: choice, options: [warm, dry], default: dry, description: how to write }
  team: { type: string, required: true }
  most: { type: integer }
  tags: { type: list }
steps:
  - prompt: "Draft for {inputs.team}: {input}"
  - prompt: "Label {input}"
    fields: { label: string, urgent: boolean }
`;

const FAILS = 'name: fails\nsteps:\n  - run: \'echo out of paper >&2; exit 3\'\n    stdin: ""\n';

test('each chain is a tool: its inputs are the schema, its fields the output', async () => {
  await using server = await serve({ files: { 'triage.yaml': TRIAGE, 'fails.yaml': FAILS } });
  await using connected = await overHttp(server);
  const { tools } = await connected.client.listTools();
  const [triage, fails] = tools;
  assert.deepEqual(triage?.inputSchema, {
    type: 'object',
    properties: {
      input: { type: 'string', description: 'the text that the chain works on' },
      tone: { type: 'string', enum: ['warm', 'dry'], default: 'dry', description: 'how to write' },
      team: { type: 'string' },
      most: { type: 'integer' },
      tags: { type: 'array' },
    },
    required: ['input', 'team'],
    additionalProperties: false,
  });
  assert.deepEqual([triage.name, triage.description], ['triage', 'Sorts a ticket.']);
  assert.deepEqual(Object.keys(triage.outputSchema?.properties ?? {}), ['label', 'urgent']);
  assert.deepEqual(triage.annotations, { readOnlyHint: true, openWorldHint: false });
  assert.deepEqual(
    [fails?.inputSchema.properties, fails?.outputSchema, fails?.annotations],
    [{}, undefined, { readOnlyHint: false }],
  );
});

test('an output schema is told only where every output fits it, and an input named input leaves the text another name', async () => {
  const head = 'model: openai/gpt-4.1-mini\nsteps:\n';
  const last = '  - { prompt: "Label {input}", fields: { label: string } }\n';
  await using server = await serve({
    files: {
      'plain.yaml': `name: plain\n${head}${last}`,
      'inner.yaml': `name: inner\n${head}  - { chain: plain.yaml }\n`,
      'maybe.yaml': `name: maybe\n${head}${last.replace(' }\n', ', if: "input != \'\'" }\n')}`,
      'stops.yaml': `name: stops\n${head}  - { stop: enough, if: "input == ''" }\n${last}`,
      'named.yaml': `name: named\ninputs: { input: { type: number } }\n${head}  - "{inputs.input} {input}"\n`,
    },
    fake: { fallback: { text: '{"label":"bug"}' } },
  });
  await using connected = await overHttp(server);
  const { tools } = await connected.client.listTools();
  assert.deepEqual(
    tools.filter(({ outputSchema }) => outputSchema !== undefined).map(({ name }) => name),
    ['plain', 'inner'],
  );
  const call = { arguments: { input: 'x' } };
  for (const name of ['plain', 'inner']) {
    assert.deepEqual((await connected.client.callTool({ name, ...call })).structuredContent, { label: 'bug' }, name);
  }
  assert.equal((await connected.client.callTool({ name: 'maybe', ...call })).structuredContent, undefined);
  assert.deepEqual(Object.keys(tools.find(({ name }) => name === 'named')?.inputSchema.properties ?? {}), [
    'input_text',
    'input',
  ]);
  await connected.client.callTool({ name: 'named', arguments: { input: 3, input_text: 'cats' } });
  assert.match(JSON.stringify(server.fake.requests.at(-1)?.body), /3 cats/);
});

test('a call gives the text, the data that was read in it, and the run', async () => {
  await using server = await serve({
    files: { 'triage.yaml': TRIAGE },
    fake: { replies: [{ text: 'a draft' }, { text: '{"label":"bug","urgent":true}' }] },
  });
  await using connected = await overHttp(server);
  const result = await connected.client.callTool({ name: 'triage', arguments: { input: 'It burns.', team: 'web' } });
  assert.deepEqual(result.structuredContent, { label: 'bug', urgent: true });
  const [content] = result.content as { type: string; text: string }[];
  assert.deepEqual(JSON.parse(content?.text ?? ''), { label: 'bug', urgent: true });
  const run = String(result._meta?.['promptchain/run_id']);
  assert.equal((await fetch(`${server.url}/runs/${run}`)).status, 200);
  assert.match(JSON.stringify(server.fake.requests[0]?.body), /Draft for web: It burns\./);
});

test('progress is told step by step to whoever asks for it, and the log from the level that is set', async () => {
  const steps = ['one', 'two', 'three'].map(
    (name) => `  - { id: ${name}, run: 'echo ${name}; echo at ${name} >&2', stdin: "" }\n`,
  );
  await using server = await serve({
    files: { 'steps.yaml': `name: steps\nsteps:\n${steps.join('')}` },
    args: ['--show-log'],
  });
  await using connected = await overHttp(server);
  const progress: unknown[] = [];
  const onprogress = (told: unknown): void => void progress.push(told);
  await connected.client.callTool({ name: 'steps' }, undefined, { onprogress });
  assert.deepEqual(progress, [
    { progress: 0, total: 3, message: 'one (run)' },
    { progress: 1, total: 3, message: 'two (run)' },
    { progress: 2, total: 3, message: 'three (run)' },
    { progress: 3, total: 3, message: 'done' },
  ]);
  assert.deepEqual(connected.log, []);
  await connected.client.setLoggingLevel('info');
  await connected.client.callTool({ name: 'steps' });
  assert.deepEqual([...new Set(connected.log.map(({ level, logger }) => `${level} ${logger}`))], ['info steps']);
  assert.ok(connected.log.some(({ data }) => String(data).includes('step two: at two')));
});

test('a chain that fails, and arguments that do not fit, are results that say so; a tool that is none is an error', async () => {
  await using server = await serve({
    files: { 'triage.yaml': TRIAGE, 'fails.yaml': FAILS },
    fake: { fallback: { status: 401, error: { message: 'bad key' } } },
  });
  await using connected = await overHttp(server);
  const said = async (name: string, args: { readonly [name: string]: unknown } = {}): Promise<string> => {
    const result = await connected.client.callTool({ name, arguments: args });
    assert.equal(result.isError, true);
    return (result.content as { text: string }[])[0]?.text ?? '';
  };
  assert.match(await said('fails'), /^step "1": .*exit code 3.*\[PC\d{4}\]$/s);
  assert.match(await said('triage', { input: 'x', team: 'web' }), /OpenAI .*\[PC4002\]$/s);
  assert.match(await said('triage', { team: 'web' }), /"input" is required/);
  assert.match(await said('triage', { input: 3, team: 'web' }), /"input" must be text/);
  assert.match(await said('triage', { input: 'x' }), /"team" is required/);
  assert.match(await said('triage', { input: 'x', team: 'web', tone: 'loud' }), /one of warm, dry/);
  assert.match(await said('triage', { input: 'x', team: 'web', file: '/etc/passwd' }), /no input "file"/);
  await assert.rejects(connected.client.callTool({ name: 'nothing' }), { code: ErrorCode.InvalidParams });
});

test('a call that is cancelled, and one whose client has gone, end their runs', async () => {
  await using server = await serve({ files: { 'one.yaml': chainOf('one') }, fake: { fallback: { stall: 'mid' } } });
  await using connected = await overHttp(server);
  const cancel = new AbortController();
  const call = { name: 'one', arguments: { input: 'x' } };
  const cancelled = connected.client.callTool(call, undefined, { signal: cancel.signal });
  await server.fake.received(1);
  cancel.abort();
  await assert.rejects(cancelled);
  await within(server.fake.abandoned(1), 'the cancelled call goes on', server.stderr);
  const left = connected.client.callTool(call).catch(() => undefined);
  await server.fake.received(2);
  await connected.client.close();
  await left;
  await within(server.fake.abandoned(2), 'the call goes on without a client', server.stderr);
});

test('requests outside of a session, of an ended one and of strangers are refused', async () => {
  const token = 'a-token-that-is-long-enough';
  await using server = await serve({ files: { 'one.yaml': chainOf('one') }, env: { PROMPTCHAIN_SERVE_TOKEN: token } });
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
  const post = (headers: Readonly<Record<string, string>>, body: unknown = list): Promise<Response> =>
    postJson(`${server.url}/mcp`, body, { accept: 'application/json, text/event-stream', ...headers });
  assert.equal((await post({})).status, 401);
  const authorization = `Bearer ${token}`;
  assert.equal((await post({ authorization })).status, 400);
  const unknown = await post({ authorization, 'mcp-session-id': 'x' });
  assert.deepEqual([unknown.status, ((await unknown.json()) as { error: { code: number } }).error.code], [404, -32600]);
  assert.equal((await post({ authorization, origin: 'http://evil.example' })).status, 403);
  assert.equal((await fetch(`${server.url}/mcp`, { headers: { authorization } })).status, 405);

  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  const begun = await post({ authorization }, { jsonrpc: '2.0', id: 0, method: 'initialize', params });
  const session = { authorization, 'mcp-session-id': begun.headers.get('mcp-session-id') ?? '' };
  assert.match(await (await post(session)).text(), /"name":"one"/);
  assert.equal((await fetch(`${server.url}/mcp`, { method: 'DELETE', headers: session })).status, 200);
  assert.equal((await post(session)).status, 404);
});

test('calls that come in one request are counted one by one', async () => {
  await using server = await serve({
    files: { 'one.yaml': chainOf('one') },
    args: ['--max-runs', '2'],
    fake: { fallback: { held: true, text: 'done' } },
  });
  const post = (body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    postJson(`${server.url}/mcp`, body, { accept: 'application/json, text/event-stream', ...headers });
  const params = { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  const begun = await post({ jsonrpc: '2.0', id: 0, method: 'initialize', params });
  const calls = [1, 2, 3, 4, 5].map((id) => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name: 'one', arguments: { input: `x${id}` } },
  }));
  const answer = await post(calls, { 'mcp-session-id': begun.headers.get('mcp-session-id') ?? '' });
  await within(server.fake.received(2), 'no requests', server.stderr);
  server.fake.release(10);
  const told = await within(answer.text(), 'no answer', server.stderr);
  assert.deepEqual([told.match(/"text":"done"/g)?.length, told.match(/PC2266/g)?.length], [2, 3], told);
});

test('promptchain itself lists and calls the tools, and a chain uses a chain of another server', async () => {
  await using server = await serve({ files: { 'one.yaml': chainOf('one') } });
  const { sandbox, url } = server;
  const tools = await sandbox.run(['mcp', 'tools', '--url', `${url}/mcp`, '--json']);
  assert.equal((JSON.parse(tools.stdout) as { name: string }[])[0]?.name, 'server.one');
  const called = await sandbox.run(['mcp', 'call', 'one', 'input=hello', '--url', `${url}/mcp`]);
  assert.deepEqual([called.stdout, called.code], ['[gpt-4.1-mini] Say: hello\n', 0]);
  sandbox.write({
    'outer.yaml': `mcp:\n  other: { url: "${url}/mcp" }\nsteps:\n  - { tool: other.one, with: { input: "{input}" } }\n`,
  });
  const outer = await sandbox.run(['run', 'outer.yaml', '--input', 'from outside']);
  assert.deepEqual([outer.stdout, outer.code], ['[gpt-4.1-mini] Say: from outside\n', 0], outer.stderr);
});
