import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { openServer } from '../../src/tools/mcp/server.ts';
import { createToolbox } from '../../src/tools/toolbox.ts';
import { quickIo } from '../engine/generated-steps.ts';
import { packageDir } from '../package/package-dir.ts';
import { addingUp } from './counting.ts';
import { assertSuccess, play, WIRES } from './playing.ts';

const everything = join(packageDir, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
const agent = '  - { id: it, objective: "Add up 1 to 20", tools: ["every.get-sum"], max_steps: 21 }\n';

async function addUp(model: string, mcp: string) {
  const io = { ...quickIo(), env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/' } };
  await using toolbox = createToolbox({ io, openServer, approve: 'auto', allow: [], deny: [] });
  const played = await play({
    model,
    head: mcp,
    steps: agent,
    replies: addingUp('mcp_every_get-sum', 20),
    options: { toolbox },
  });
  assertSuccess(played, 'The sum is 210.');
  assert.equal(played.requests.length, 21);
  const turns = played.events.filter((event) => event.type === 'turn.completed');
  const calls = played.events.filter((event) => event.type === 'tool.completed');
  assert.deepEqual(
    turns.map(({ turn }) => turn),
    Array.from({ length: 21 }, (_, index) => `it/t${index + 1}`),
  );
  assert.deepEqual(
    calls.map(({ call }) => call),
    Array.from({ length: 20 }, (_, index) => `it/t${index + 1}.1`),
  );
  for (const event of [...turns, ...calls]) assert.ok(Number.isInteger(event.duration_ms) && event.duration_ms >= 0);
  assert.equal(played.events.filter((event) => event.type === 'mcp.started').length, 1);
  const [step] = played.result.steps;
  assert.equal(step?.tool_calls, 20);
  assert.deepEqual(played.result.usage, { input_tokens: 2_100, output_tokens: 210 });
}

for (const model of WIRES) {
  test(`${model}: 20 calls through a real server over stdio`, () =>
    addUp(
      model,
      `mcp: { every: { command: ${JSON.stringify(process.execPath)}, args: [${JSON.stringify(everything)}, stdio] } }\n`,
    ));
}

for (const model of WIRES.slice(0, 2)) {
  test(`${model}: the same over Streamable HTTP`, async () => {
    await using server = await listening();
    await addUp(model, `mcp: { every: { url: "${server.url}" } }\n`);
  });
}

/** The server on a free port of its own, which it has to be told. */
async function listening(): Promise<AsyncDisposable & { readonly url: string }> {
  const port = await freePort();
  const child: ChildProcess = spawn(process.execPath, [everything, 'streamableHttp'], {
    env: { PATH: process.env.PATH ?? '', PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    const look = (chunk: Buffer) => /listening/i.test(chunk.toString()) && resolve();
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    [Symbol.asyncDispose]: async () => {
      const gone = new Promise((resolve) => child.on('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
