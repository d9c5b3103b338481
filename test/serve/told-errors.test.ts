import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageDir } from '../package/package-dir.ts';
import { newMarker } from '../tools/mcp-world.ts';
import { chatWith } from './chat/client.ts';
import { allEvents } from './events.ts';
import { overHttp } from './mcp/client.ts';
import { postJson, type Serving, serve, TEST_KEY } from './serving.ts';

const FAKE = join(packageDir, 'build/test/fake/mcp-server.js');
const SECRET = 'words-for-the-operator';
const HIDDEN = /words-for-the-operator|boom\.mjs|file:\/\/|not-installed-here|promptchain-test-/;

/** Each fails in a way that says something of this machine. */
const CHAINS: Readonly<Record<string, { readonly steps: string; readonly told: RegExp; readonly whole: RegExp }>> = {
  command: {
    steps: `  - run: "echo ${SECRET} $OPENAI_API_KEY >&2; exit 3"\n    stdin: ""\n`,
    told: /^the command failed with exit code 3$/,
    whole: /exit code 3\nwords-for-the-operator/,
  },
  missing: {
    steps: '  - run: [not-installed-here]\n    stdin: ""\n',
    told: /^a command could not be started$/,
    whole: /not-installed-here/,
  },
  throwing: {
    steps: '  - function: "./boom.mjs#boom"\n',
    told: /^a function failed: RangeError$/,
    whole: /boom\.mjs#boom failed: RangeError: words-for-the-operator/,
  },
  unloadable: {
    steps: '  - function: "./boom.mjs#bang"\n',
    told: /^a function could not be loaded$/,
    whole: /boom\.mjs#bang is not an exported function/,
  },
  tool: {
    steps: '  - tool: shell\n',
    told: /^the tool "shell" failed$/,
    whole: /exit code 4\nwords-for-the-operator/,
  },
  server: {
    steps: '  - tool: srv.pid\n',
    told: /^the MCP server "srv" (ended with exit code 1|cannot be started)/,
    whole: /words-for-the-operator/,
  },
  dying: {
    steps: '  - tool: fake.die\n',
    told: /^the tool "fake\.die" failed: the MCP server "fake" ended with exit code 3$/,
    whole: /the last it wrote:\n {2}dying of a call/,
  },
};

const HEADS: Readonly<Record<string, string>> = {
  tool: `tools:\n  shell: { description: a shell, run: "echo ${SECRET} >&2; exit 4" }\n`,
  server: `mcp:\n  srv: { command: sh, args: [-c, "echo ${SECRET} >&2; exit 1"] }\n`,
  dying: `mcp:\n  fake: ${JSON.stringify({ command: process.execPath, args: [FAKE, 'good', newMarker()] })}\n`,
};

const files = {
  ...Object.fromEntries(
    Object.entries(CHAINS).map(([name, { steps }]) => [`${name}.yaml`, `name: ${name}\n${HEADS[name] ?? ''}steps:\n${steps}`]),
  ),
  'boom.mjs': `export function boom() { console.error('${SECRET}'); throw new RangeError('${SECRET}'); }\n`,
};

/** Everything that clients of any kind get of a run that fails. */
async function toldOf(server: Serving, chain: string): Promise<Readonly<Record<string, { text: string; message: string }>>> {
  const { url } = server;
  const args = /function:/.test(CHAINS[chain]?.steps ?? '') ? { input: 'x' } : {};
  const json = await postJson(`${url}/chains/${chain}/runs`, { ...args, stream: false });
  const events = JSON.stringify(await allEvents(await postJson(`${url}/chains/${chain}/runs`, args)));
  const result = await json.text();
  const { run_id, error } = JSON.parse(result);
  const last = JSON.parse(events).at(-1).result.error.message;
  const past = await (await fetch(`${url}/runs/${run_id}`)).text();
  const again = JSON.stringify(await allEvents(await fetch(`${url}/runs/${run_id}/events`)));
  const openai = { model: chain, messages: [{ role: 'user', content: 'x' }] };
  const answer = await (await postJson(`${url}/v1/chat/completions`, openai)).text();
  const streamed = await (await postJson(`${url}/v1/chat/completions`, { ...openai, stream: true })).text();
  using chat = await chatWith(url, chain, { events: true });
  chat.send({ type: 'message', text: 'x' });
  const failed = await chat.next('turn.failed');
  await using mcp = await overHttp(server);
  await mcp.client.setLoggingLevel('debug');
  const call = (await mcp.client.callTool({ name: chain, arguments: args })).content as { text: string }[];
  return {
    json: { text: result, message: error.message },
    events: { text: events, message: last },
    past: { text: past, message: JSON.parse(past).result.error.message },
    again: { text: again, message: JSON.parse(again).at(-1).result.error.message },
    openai: { text: answer, message: plain(JSON.parse(answer).error.message) },
    streamed: { text: streamed, message: plain(JSON.parse(streamed).error.message) },
    chat: { text: JSON.stringify(chat.all), message: failed.error.message },
    mcp: { text: JSON.stringify([call, mcp.log]), message: plain(call[0]?.text.replace(/ \[PC\d{4}\]$/, '') ?? '') },
  };
}

function plain(sentence: string): string {
  return sentence.replace(/^step "[^"]*": /, '');
}

test('a secret that a chain gives out is masked, however its output is asked for', async () => {
  const steps = '  - run: "echo key: $OPENAI_API_KEY"\n    stdin: ""\n';
  await using server = await serve({ files: { 'leaks.yaml': `name: leaks\nsteps:\n${steps}` } });
  const openai = { model: 'leaks', messages: [{ role: 'user', content: 'x' }] };
  const answers = [
    ['runs', await postJson(`${server.url}/chains/leaks/runs`, { stream: false })],
    ['events', await postJson(`${server.url}/chains/leaks/runs`, {})],
    ['chat', await postJson(`${server.url}/v1/chat/completions`, openai)],
    ['chat, streamed', await postJson(`${server.url}/v1/chat/completions`, { ...openai, stream: true })],
    ['responses', await postJson(`${server.url}/v1/responses`, { model: 'leaks', input: 'x' })],
  ] as const;
  const told = new Map<string, string>();
  for (const [how, answer] of answers) told.set(how, await answer.text());
  using chat = await chatWith(server.url, 'leaks', { events: true });
  await chat.ask('x');
  told.set('websocket', JSON.stringify(chat.all));
  await using mcp = await overHttp(server);
  told.set('mcp', JSON.stringify(await mcp.client.callTool({ name: 'leaks', arguments: {} })));
  for (const [how, text] of told) {
    assert.match(text, /key: /, how);
    assert.ok(!text.includes(TEST_KEY), `${how}: ${text}`);
  }
});

test('clients are told what failed, and not what programs wrote; the journal and -v have it', async () => {
  await using server = await serve({ files, args: ['-v'] });
  for (const [chain, { told, whole }] of Object.entries(CHAINS)) {
    const all = await toldOf(server, chain);
    for (const [how, { text, message }] of Object.entries(all)) {
      assert.match(message, told, `${chain}, ${how}: ${text}`);
      assert.doesNotMatch(text, HIDDEN, `${chain}, ${how}`);
    }
    const { run_id } = JSON.parse(all.json?.text ?? '') as { run_id: string };
    const kept = await server.sandbox.run(['runs', 'show', run_id, '--json']);
    assert.match(JSON.parse(kept.stdout).error?.message ?? kept.stdout, whole, kept.stdout);
    const lines = server.stderr().split('\n');
    const line = lines.find((each) => each.includes(`run ${run_id} step `));
    assert.match(line ?? '', new RegExp(whole.source.replaceAll(/\\n( \{2\})?/g, ' ⏎ ')), server.stderr());
  }
  assert.ok(!server.stderr().includes(TEST_KEY));
});

test('--show-log shows both to clients, without secrets and folders of this machine', async () => {
  await using server = await serve({ files, args: ['--show-log'] });
  for (const [chain, { whole }] of Object.entries(CHAINS)) {
    for (const [how, { text, message }] of Object.entries(await toldOf(server, chain))) {
      assert.match(message, whole, `${chain}, ${how}: ${text}`);
      assert.doesNotMatch(text, /promptchain-test-/, `${chain}, ${how}`);
      assert.ok(!text.includes(TEST_KEY), `${chain}, ${how}`);
    }
  }
});
