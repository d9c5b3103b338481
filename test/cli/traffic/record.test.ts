import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type Reply, startFakeProvider } from '../../fake/provider.ts';
import { packageDir } from '../../package/package-dir.ts';
import { start } from '../live.ts';
import { openSandbox, type Sandbox } from '../sandbox.ts';
import { startListening } from './listening.ts';

const SERVER = join(packageDir, 'node_modules/@modelcontextprotocol/server-filesystem/dist/index.js');

const CHAIN = `model: openai/gpt-4o-mini
secrets: [HOUSE]
mcp:
  fs: { command: sh, args: ["-c", "echo started >> starts; exec '${process.execPath}' '${SERVER}' ."] }
steps:
  - id: facts
    objective: "Find what notes.txt says about {input}"
    tools: ["fs.read_text_file", calculator]
  - id: loud
    run: tr a-z A-Z
  - id: listing
    tool: fs.list_directory
    with: { path: . }
    on_error: continue
  - id: final
    prompt: "Summarise for $HOUSE: {steps.loud.output}"
`;

const REPLIES: readonly Reply[] = [
  { status: 503 },
  { toolCalls: [{ id: 'call_1', name: 'mcp_fs_read_text_file', arguments: '{"path":"notes.txt"}' }] },
  { toolCalls: [{ id: 'call_2', name: 'calculator', arguments: '{"expression":"6*7"}' }] },
  { text: 'cats, 42' },
  { status: 429, retryAfter: '2' },
  { tokens: ['Two ', 'words: cats', ' and garden', 'shed-77', '!'] },
];

const KEYS = { OPENAI_API_KEY: 'sk-test-secret-key-0001', HOUSE: 'gardenshed-77' };

async function recorded(sandbox: Sandbox, ...args: string[]) {
  await using fake = await startFakeProvider({ replies: REPLIES, fallback: { status: 400 } });
  const env = { ...KEYS, OPENAI_BASE_URL: fake.openaiUrl };
  const ended = await sandbox.run(['run', 'chain.yaml', '-i', 'cats', '--record', 'tape.jsonl', ...args], { env });
  assert.equal(ended.code, 0, ended.stderr);
  assert.equal(fake.requests.length, REPLIES.length);
  return ended;
}

const starts = (sandbox: Sandbox) => readFileSync(sandbox.path('starts'), 'utf8').split('\n').length - 1;

describe('run --record and --replay', () => {
  it('a recorded run, replayed with the network cut and no key: the same bytes, zero connections, no server', async () => {
    using sandbox = openSandbox({ 'chain.yaml': CHAIN, 'notes.txt': 'cats and six times seven' });
    const first = await recorded(sandbox);
    assert.equal(first.stdout, 'Two words: cats and ***!\n');
    assert.equal(starts(sandbox), 1);

    await using network = await startListening();
    const env = { HOUSE: 'gardenshed-77', OPENAI_BASE_URL: `${network.url}/v1` };
    sandbox.write({ 'notes.txt': 'changed since' });
    const again = await sandbox.run(['run', 'chain.yaml', '-i', 'cats', '--replay', 'tape.jsonl'], { env });
    assert.equal(again.stdout, first.stdout, again.stderr);
    assert.equal(again.code, 0);
    assert.equal(network.connections, 0);
    assert.equal(starts(sandbox), 1, 'a server was started');
    assert.match(again.stderr, /final: .*attempt|retr/i, 'the failed attempts are replayed too');
  });

  it('the cassette is lines of JSON for its owner alone, and holds neither key nor secret', async () => {
    using sandbox = openSandbox({ 'chain.yaml': CHAIN, 'notes.txt': 'cats live in gardenshed-77' });
    await recorded(sandbox);
    const text = readFileSync(sandbox.path('tape.jsonl'), 'utf8');
    assert.equal(statSync(sandbox.path('tape.jsonl')).mode & 0o777, 0o600);
    for (const secret of Object.values(KEYS)) assert.ok(!text.includes(secret), secret);
    assert.match(text, /cats live in \*\*\*/);
    const [head, ...lines] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(head, { cassette: 1, chain: 'chain.yaml' });
    const kinds = lines.map(({ kind, step = '', error }) => `${kind} ${step}${error === undefined ? '' : ` ${error.reason}`}`);
    assert.deepEqual(kinds, [
      'tools ',
      'model facts/t1 overloaded',
      'model facts/t1',
      'call facts/t1.1',
      'model facts/t2',
      'call facts/t2.1',
      'model facts/t3',
      'tools ',
      'call listing/call',
      'model final rate_limit',
      'model final',
    ]);
  });

  it('another secret in the same place is the same request', async () => {
    using sandbox = openSandbox({ 'chain.yaml': CHAIN, 'notes.txt': 'cats live in gardenshed-77' });
    const first = await recorded(sandbox);
    const env = { HOUSE: 'another-house' };
    const again = await sandbox.run(['run', 'chain.yaml', '-i', 'cats', '--replay', 'tape.jsonl'], { env });
    assert.equal(again.stdout, first.stdout, again.stderr);
  });

  it('one changed prompt: exit 1 with what differs, though the step says on_error: continue', async () => {
    using sandbox = openSandbox({ 'chain.yaml': CHAIN, 'notes.txt': 'cats' });
    await recorded(sandbox);
    sandbox.write({ 'chain.yaml': CHAIN.replace('Summarise for', 'Shorten it for').concat('    on_error: continue\n') });
    await using network = await startListening();
    const env = { ...KEYS, OPENAI_BASE_URL: `${network.url}/v1` };
    const { code, stdout, stderr } = await sandbox.run(['run', 'chain.yaml', '-i', 'cats', '--replay', 'tape.jsonl'], { env });
    assert.equal(code, 1, stderr);
    assert.equal(stdout, '');
    assert.equal(network.connections, 0);
    assert.match(stderr, /error\[PC8202\]: step "final" asks a model something that tape\.jsonl does not have/);
    assert.match(stderr, /- user: \[-Summarise -\]for \$HOUSE: CATS, 42/);
    assert.match(stderr, /\+ user: \{\+Shorten it \+\}for \$HOUSE: CATS, 42/);
  });

  it('a request made several times is answered in the order recorded, then with the last', async () => {
    using sandbox = openSandbox({
      'ask.yaml':
        'model: openai/gpt-4o-mini\nsteps:\n  - { id: a, prompt: Roll }\n  - { id: b, prompt: Roll }\noutput: "{steps.a.output}{steps.b.output}"\n',
    });
    await using fake = await startFakeProvider({ replies: [{ text: '1' }, { text: '2' }] });
    const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: fake.openaiUrl };
    await sandbox.run(['run', 'ask.yaml', '--record', 'tape.jsonl'], { env });
    sandbox.write({
      'more.yaml': readFileSync(sandbox.path('ask.yaml'), 'utf8')
        .replace('output: "', 'output: "{steps.c.output}')
        .replace('output:', '  - { id: c, prompt: Roll }\noutput:'),
    });
    assert.equal((await sandbox.run(['run', 'ask.yaml', '--replay', 'tape.jsonl'])).stdout, '12\n');
    assert.equal((await sandbox.run(['run', 'more.yaml', '--replay', 'tape.jsonl'])).stdout, '212\n');
  });

  it('branches that run together replay too, each with its own answers', async () => {
    using sandbox = openSandbox({
      'wide.yaml': `model: openai/gpt-4o-mini
steps:
  - id: each
    foreach: "['a', 'b', 'c', 'd', 'e', 'f']"
    concurrency: 3
    prompt: "Say {item}"
  - id: both
    parallel:
      x: { prompt: "X {input}" }
      y: { steps: [{ prompt: "Y {input}" }, { prompt: "Z {input}" }] }
`,
    });
    await using fake = await startFakeProvider({ replies: [{ text: 'late', delayMs: 100 }, { status: 503 }] });
    const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: fake.openaiUrl };
    const first = await sandbox.run(['run', 'wide.yaml', '--record', 'tape.jsonl'], { env });
    const again = await sandbox.run(['run', 'wide.yaml', '--replay', 'tape.jsonl']);
    assert.equal(first.code, 0, first.stderr);
    assert.deepEqual([again.code, again.stdout], [0, first.stdout], again.stderr);
  });

  it('a recorded run that is resumed goes on with its cassette', async () => {
    using sandbox = openSandbox({
      'two.yaml': 'model: openai/gpt-4o-mini\nsteps:\n  - "First {input}"\n  - "Second {input}"\n',
    });
    await using fake = await startFakeProvider({ replies: [{ text: 'one' }, { status: 401 }, { text: 'two' }] });
    const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: fake.openaiUrl };
    const first = await sandbox.run(['run', 'two.yaml', '-i', 'x', '--record', 'tape.jsonl'], { env });
    assert.equal(first.code, 4);
    const resumed = await sandbox.run(['runs', 'resume', 'last'], { env });
    assert.deepEqual([resumed.code, resumed.stdout], [0, 'two\n'], resumed.stderr);
    const kinds = readFileSync(sandbox.path('tape.jsonl'), 'utf8').trimEnd().split('\n').slice(1);
    assert.deepEqual(
      kinds.map((line) => JSON.parse(line)).map(({ step, error }) => [step, error?.reason]),
      [
        ['1', undefined],
        ['2', 'auth'],
        ['2', undefined],
      ],
    );
  });

  it('the old cassette stays until the run has ended, also when the new one cannot be written', async () => {
    using sandbox = openSandbox({ 'ask.yaml': 'model: openai/gpt-4o-mini\nsteps:\n  - "Say {input}"\n', 'tape.jsonl': 'old' });
    await using fake = await startFakeProvider({ fallback: { stall: 'mid' } });
    const live = start(sandbox, ['run', 'ask.yaml', '-i', 'x', '--record', 'tape.jsonl'], {
      env: { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: fake.openaiUrl },
    });
    live.child.stdin?.end();
    await fake.received(1);
    live.child.kill('SIGKILL');
    await live.ended;
    assert.equal(readFileSync(sandbox.path('tape.jsonl'), 'utf8'), 'old');
    const nowhere = await sandbox.run(['run', 'ask.yaml', '-i', 'x', '--record', 'no/tape.jsonl'], {
      env: { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: fake.openaiUrl },
    });
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.stderr, /cannot write/);
    assert.equal(fake.requests.length, 1, 'nothing was asked');
  });

  it('what was refused is refused again, and memory is written as ever', async () => {
    using sandbox = openSandbox({
      'agent.yaml': `model: openai/gpt-4o-mini
permissions: { ask: [calculator] }
steps:
  - objective: "Add, and keep it"
    tools: [calculator, memory.set]
`,
    });
    const calling = (name: string, args: object): Reply => ({ toolCalls: [{ id: name, name, arguments: JSON.stringify(args) }] });
    const replies = [
      calling('calculator', { expression: '1+1' }),
      calling('memory_set', { key: 'sum', value: 'unknown' }),
      { text: 'not allowed' },
    ];
    await using fake = await startFakeProvider({ replies });
    const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: fake.openaiUrl };
    const args = ['run', 'agent.yaml', '-i', 'x'];
    const first = await sandbox.run([...args, '--approve', 'never', '--record', 'tape.jsonl'], { env });
    assert.deepEqual([first.code, first.stdout], [0, 'not allowed\n'], first.stderr);
    await sandbox.run(['memory', 'rm', 'sum']);
    const again = await sandbox.run([...args, '--replay', 'tape.jsonl']);
    assert.deepEqual([again.code, again.stdout], [0, 'not allowed\n'], again.stderr);
    assert.equal((await sandbox.run(['memory', 'get', 'sum'])).stdout, 'unknown\n');
  });

  it('a run that failed replays as it failed', async () => {
    using sandbox = openSandbox({ 'ask.yaml': 'model: openai/gpt-4o-mini\nsteps:\n  - "Say {input}"\n' });
    await using fake = await startFakeProvider({ fallback: { status: 401, error: { message: 'no such key' } } });
    const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: fake.openaiUrl };
    const first = await sandbox.run(['run', 'ask.yaml', '-i', 'x', '--record', 'tape.jsonl'], { env });
    const again = await sandbox.run(['run', 'ask.yaml', '-i', 'x', '--replay', 'tape.jsonl']);
    assert.equal(again.code, first.code);
    assert.equal(again.code, 4);
    assert.match(again.stderr, /no such key/);
  });

  it('what is no cassette is told, and so are options that exclude each other', async () => {
    using sandbox = openSandbox({
      'ask.yaml': 'model: openai/gpt-4o-mini\nsteps:\n  - "Say {input}"\n',
      'notes.txt': 'hello\n',
      'new.jsonl': '{"cassette":99}\n',
      'cut.jsonl': '{"cassette":1}\n{"kind":',
      'bad.jsonl': '{"cassette":1}\n{"kind":7}\n',
    });
    for (const [file, why] of [
      ['notes.txt', /first line/],
      ['new.jsonl', /version 99/],
      ['cut.jsonl', /cut off/],
      ['bad.jsonl', /line 2 is damaged/],
      ['none.jsonl', /cannot read the cassette "none.jsonl"/],
    ] as const) {
      const { code, stderr } = await sandbox.run(['run', 'ask.yaml', '-i', 'x', '--replay', file]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, why);
    }
    for (const args of [
      ['--record', 'a', '--replay', 'b'],
      ['--replay', 'a', '--require-llm'],
      ['--record', 'a', '--dry-run'],
    ]) {
      const { code, stderr } = await sandbox.run(['run', 'ask.yaml', '-i', 'x', ...args]);
      assert.equal(code, 2);
      assert.match(stderr, /cannot both be given/);
    }
    assert.equal(existsSync(sandbox.path('a')), false);
  });
});
