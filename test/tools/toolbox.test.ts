import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolError } from '../../src/core/errors.ts';
import type { Json } from '../../src/core/json.ts';
import type { ServerSpec, Tool } from '../../src/core/tool.ts';
import { problemsOf } from '../../src/lib/json-schema.ts';
import { wireName } from '../../src/lib/wire-name.ts';
import type { OpenServer } from '../../src/tools/servers.ts';
import { BUILT_INS } from '../../src/tools/table.ts';
import { builtIn, call, never, open, scopeOf, toolbox } from './toolbox.ts';

function serverSpec(name: string): ServerSpec {
  return { name, transport: 'stdio', command: name, args: [], env: {}, cwd: '/' };
}

function serverTool(server: string, name: string): Tool {
  return {
    name: `${server}.${name}`,
    wireName: wireName(`mcp_${server}_${name}`),
    description: name,
    parameters: { type: 'object' },
    effect: 'none',
    // biome-ignore lint/correctness/useYield: nobody calls it, but that is what a tool looks like
    async *call() {
      return { text: name, isError: false };
    },
  };
}

/** Servers that start when told to: what `openServer` was asked for, and what was closed. */
function servers(tools: readonly string[] = ['search', 'get']) {
  const opened: string[] = [];
  const closed: string[] = [];
  const signals: AbortSignal[] = [];
  const openServer: OpenServer = async (spec, { signal }) => {
    opened.push(spec.name);
    signals.push(signal);
    if (spec.name === 'broken')
      throw new ToolError('the server "broken" ended: no such file', { code: 'PC7013', reason: 'tool' });
    return {
      name: `${spec.name} server`,
      version: '1.0',
      tools: tools.map((tool) => serverTool(spec.name, tool)),
      close: async () => void closed.push(spec.name),
    };
  };
  return { openServer, opened, closed, signals };
}

const specs = { github: serverSpec('github'), gitlab: serverSpec('gitlab'), broken: serverSpec('broken') };
const scope = scopeOf({ servers: specs });

for (const [patterns, started, names] of [
  [[], [], []],
  [['*'], [], []],
  [['git*'], [], []],
  [['github'], [], []],
  [['calculator'], [], ['calculator']],
  [['calc*'], [], []],
  [['files.*'], [], ['files.list', 'files.read', 'files.search', 'files.write']],
  [['files.r*'], [], ['files.read']],
  [['f*.read'], [], []],
  [['github.*'], ['github'], ['github.search', 'github.get']],
  [['github.get'], ['github'], ['github.get']],
  [['github.none'], ['github'], []],
  [['git*.get'], ['github', 'gitlab'], ['github.get', 'gitlab.get']],
  [
    ['time', 'gitlab.get', 'github.s*', 'gitlab.*', 'time'],
    ['github', 'gitlab'],
    ['time', 'gitlab.get', 'github.search', 'gitlab.search'],
  ],
] as const) {
  test(`the patterns ${JSON.stringify(patterns)} start ${started.length} servers and give ${names.length} tools`, async () => {
    const { openServer, opened } = servers();
    await using box = toolbox({ openServer });
    assert.deepEqual((await open(box, patterns, scope)).names, names);
    assert.deepEqual(opened.sort(), started);
  });
}

test('"*.*" starts every server and switches no built-in tool on', async () => {
  const { openServer, opened } = servers();
  await using box = toolbox({ openServer });
  const { names } = await open(box, ['*.*'], scopeOf({ servers: { github: specs.github, gitlab: specs.gitlab } }));
  assert.deepEqual(names, ['github.search', 'github.get', 'gitlab.search', 'gitlab.get']);
  assert.deepEqual(opened, ['github', 'gitlab']);
});

test('a server is started once for what the files say of it, whoever asks, and told once', async () => {
  const { openServer, opened } = servers();
  await using box = toolbox({ openServer });
  const [first, beside] = await Promise.all([open(box, ['github.*'], scope), open(box, ['github.get'], scope)]);
  const later = await open(box, ['github.*'], scope);
  assert.deepEqual(opened, ['github']);
  const events = [...first.events, ...beside.events, ...later.events];
  assert.deepEqual(
    events.map((event) => ({ ...event, duration_ms: 0 })),
    [{ type: 'mcp.started', server: 'github', name: 'github server', version: '1.0', tools: 2, duration_ms: 0 }],
  );
  const changed = scopeOf({ servers: { github: { ...serverSpec('github'), callTimeoutMs: 5 } } });
  await open(box, ['github.*'], changed);
  assert.deepEqual(opened, ['github', 'github']);
});

test('a server that cannot start is told, by event and error, and not tried again', async () => {
  const { openServer, opened } = servers();
  await using box = toolbox({ openServer });
  const opening = box.open(['broken.*'], scope, never());
  const { value } = await opening.next();
  assert.deepEqual(value, {
    type: 'mcp.failed',
    server: 'broken',
    error: { code: 'PC7013', reason: 'tool', message: 'the server "broken" ended: no such file' },
  });
  await assert.rejects(opening.next(), { code: 'PC7013' });
  await assert.rejects(open(box, ['broken.*'], scope), { code: 'PC7013' });
  assert.deepEqual(opened, ['broken']);
});

test('servers start together', async () => {
  const waiting: (() => void)[] = [];
  const { openServer } = servers();
  await using box = toolbox({
    async openServer(spec, world) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 2) for (const go of waiting) go();
      });
      return await openServer(spec, world);
    },
  });
  assert.equal((await open(box, ['git*.get'], scope)).names.length, 2);
});

test('who gives up waiting does not end the start for others', async () => {
  const { openServer, opened } = servers();
  let go = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  await using box = toolbox({ openServer: async (spec, world) => gate.then(() => openServer(spec, world)) });
  const impatient = new AbortController();
  const reason = new Error('too long');
  const first = open(box, ['github.*'], scope, impatient.signal);
  const second = open(box, ['github.*'], scope);
  impatient.abort(reason);
  await assert.rejects(first, reason);
  go();
  const { names, events } = await second;
  assert.deepEqual(names, ['github.search', 'github.get']);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['mcp.started'],
  );
  assert.deepEqual(opened, ['github']);
});

test('the end of a run closes every server, those under way too, and nothing opens after it', async () => {
  const { openServer, closed, signals } = servers();
  const box = toolbox({
    openServer: async (spec, world) => {
      const server = await openServer(spec, world);
      if (spec.name === 'gitlab') throw new ToolError('no', { code: 'PC7013', reason: 'tool' });
      return { ...server, close: async () => server.close().then(() => Promise.reject(new Error('does not matter'))) };
    },
  });
  await open(box, ['github.*'], scope);
  await assert.rejects(open(box, ['gitlab.*'], scope));
  assert.ok(signals.every(({ aborted }) => !aborted));
  await box[Symbol.asyncDispose]();
  assert.deepEqual(closed, ['github']);
  assert.ok(signals.every(({ aborted }) => aborted));
  await assert.rejects(open(box, ['github.*'], scope), { code: 'PC7047' });
});

test('an entry in the chain file may name which of the tools there are', async () => {
  const { openServer } = servers(['search', 'get_a', 'get_b']);
  await using box = toolbox({ openServer });
  const some = scopeOf({ servers: { github: { ...serverSpec('github'), tools: ['get_*'] } } });
  assert.deepEqual((await open(box, ['github.*'], some)).names, ['github.get_a', 'github.get_b']);
  assert.deepEqual((await open(box, ['github.search'], some)).names, []);
});

test('every built-in tool tells a model enough to call it', async () => {
  const { tools } = await open(
    toolbox(),
    BUILT_INS.map(({ name }) => name),
    scopeOf(),
  );
  assert.equal(tools.length, BUILT_INS.length);
  for (const { name, wireName: wire, description, parameters } of tools) {
    assert.match(wire, /^[a-z_]{1,64}$/);
    assert.ok(description.length > 40 && description.length < 900, name);
    assert.equal(parameters.type, 'object');
    assert.equal(parameters.additionalProperties, false, name);
    for (const [key, property] of Object.entries(parameters.properties as Record<string, { description?: string }>)) {
      assert.ok((property.description ?? '').length > 5, `${name} ${key}`);
    }
    assert.deepEqual(problemsOf(parameters, { no_such_argument: 1 }).length > 0, true, name);
  }
});

test('arguments that do not fit are an answer, not a crash', async () => {
  for (const { name } of BUILT_INS) {
    const tool = await builtIn(name, { dir: '/' });
    const { text, isError } = await tool({ no_such_argument: 1 });
    assert.equal(isError, true);
    assert.match(text, /the arguments do not fit/);
  }
});

test('memory is read and written by its tools', async () => {
  const stored: Record<string, Json> = { colour: 'blue', list: [1, 2], count: 3 };
  const { tools } = await open(toolbox(), ['memory.*'], scopeOf({}, stored));
  const use = async (name: string, args: { [key: string]: Json }) => {
    const tool = tools.find((each) => each.name === `memory.${name}`);
    assert.ok(tool);
    return await call(tool, args);
  };
  assert.equal((await use('list', {})).text, 'colour\ncount\nlist');
  assert.equal((await use('list', { prefix: 'co' })).text, 'colour\ncount');
  assert.equal((await use('list', { prefix: 'x' })).text, 'no keys');
  assert.equal((await use('get', { key: 'colour' })).text, 'blue');
  assert.equal((await use('get', { key: 'list' })).text, '[1,2]');
  assert.deepEqual((await use('get', { key: 'count' })).data, { key: 'count', found: true, value: 3 });
  assert.deepEqual(await use('get', { key: 'color' }), {
    text: 'nothing is stored under "color"; did you mean "colour"?',
    data: { key: 'color', found: false },
    isError: false,
  });
  assert.match((await use('get', { key: 'constructor' })).text, /nothing is stored/);
  assert.equal((await use('set', { key: 'colour', value: { deep: ['red'] } })).text, 'stored under "colour"');
  assert.deepEqual(stored.colour, { deep: ['red'] });
  const large = await use('set', { key: 'big', value: 'x'.repeat(100_000) });
  assert.match(large.text, /a key may hold 100000/);
  assert.equal(large.isError, true);
  assert.equal('big' in stored, false);
});

test('many keys are cut, and told', async () => {
  const stored = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`k${index}`, index]));
  const { tools } = await open(toolbox(), ['memory.list'], scopeOf({}, stored));
  assert.match((await call(tools[0] as Tool, {})).text, /\[cut here: 1001 keys, 1000 are shown\]$/);
});
