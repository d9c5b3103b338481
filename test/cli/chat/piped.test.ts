import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startFakeProvider } from '../../fake/provider.ts';
import { packageDir } from '../../package/package-dir.ts';
import { start } from '../live.ts';
import { openSandbox, type Sandbox } from '../sandbox.ts';
import { keys, sent, TALK } from './messages.ts';

const ECHO = 'model: echo/x\nsteps: [{ id: reply, prompt: "{history}|{input}|{user}" }]\n';
const memoryOf = async (sandbox: Sandbox) => JSON.parse((await sandbox.run(['memory', 'export'])).stdout);

describe('messages through a pipe', () => {
  it('are a line each; answers are on stdout, and each turn is sent what was said before', async () => {
    await using fake = await startFakeProvider({
      replies: [{ text: 'Hello, Ada.' }, { text: 'You said hi.' }, { text: 'Bye.' }],
    });
    using sandbox = openSandbox({ 'c.yaml': TALK });
    const stdin = 'hi\n\nwhat did I say?\r\n/quit \\';
    const { stdout, stderr, code } = await sandbox.run(['chat', 'c.yaml'], { stdin, env: keys(fake) });
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'Hello, Ada.\nYou said hi.\nBye.\n');
    assert.match(stderr, /^talk: session \d{8}-\d{6}-[a-z]{3} \(new\)\n/);
    assert.deepEqual(sent(fake), [
      ['hi'],
      ['hi', 'Hello, Ada.', 'what did I say?'],
      ['hi', 'Hello, Ada.', 'what did I say?', 'You said hi.', '/quit \\'],
    ]);
  });

  it('go on with a session that is named, or with the last one of the chain', async () => {
    using sandbox = openSandbox({ 'c.yaml': ECHO, 'd.yaml': ECHO });
    const chat = (args: readonly string[], stdin: string) => sandbox.run(['chat', ...args, '-q'], { stdin });
    assert.equal((await chat(['c.yaml', '--session', 'trip to Rome'], 'one')).stdout, '|one|\n');
    assert.equal((await chat(['d.yaml'], 'other')).stdout, '|other|\n');
    const again = await chat(['c.yaml', '--continue', '--user', 'Ada'], 'two');
    assert.deepEqual([again.stdout, again.stderr], ['User: one\n\nAssistant: |one||two|Ada\n', '']);
    const third = await chat(['d.yaml', '--session', 'trip to Rome'], 'three');
    assert.match(third.stdout, /User: two\n\nAssistant: .*\|three\|\n$/s);
    const memory = await memoryOf(sandbox);
    assert.deepEqual(
      memory['chat:trip to Rome'].history.map(({ role }: { role: string }) => role),
      ['user', 'assistant', 'user', 'assistant', 'user', 'assistant'],
    );
    assert.match((await sandbox.run(['chat', 'c.yaml', '--session', 'trip to Rome'], { stdin: '' })).stderr, /\(3 turns\)/);
  });

  it('go on with a conversation of a server only if it is named', async () => {
    using sandbox = openSandbox({ 'c.yaml': ECHO });
    const chat = (args: readonly string[], stdin: string) => sandbox.run(['chat', 'c.yaml', ...args], { stdin });
    await chat(['--session', 'mine'], 'one');
    await chat(['--session', 'served:theirs'], 'two');
    const { stderr, stdout } = await chat(['--continue'], 'three');
    assert.match(stderr, /session mine \(1 turn\)/);
    assert.doesNotMatch(stdout, /two/);
  });

  it('that fail are told and not kept, the chat goes on, and the exit code is that of the last failure', async () => {
    await using fake = await startFakeProvider({
      replies: [{ text: 'one' }, { status: 400, error: { message: 'no' } }, { status: 401 }, { text: 'four' }],
    });
    using sandbox = openSandbox({ 'c.yaml': TALK });
    const args = ['chat', 'c.yaml', '--session', 's'];
    const { stdout, stderr, code } = await sandbox.run(args, { stdin: 'a\nb\nc\nd\n', env: keys(fake) });
    assert.deepEqual([stdout, code], ['one\nfour\n', 4]);
    assert.equal(stderr.match(/this turn is not kept in the conversation/g)?.length, 2);
    assert.deepEqual(sent(fake)[3], ['a', 'one', 'd']);
    assert.deepEqual(
      (await memoryOf(sandbox))['chat:s'].history.map(({ content }: { content: string }) => content),
      ['a', 'one', 'd', 'four'],
    );
  });

  it('that are not UTF-8 end the chat', async () => {
    using sandbox = openSandbox({ 'c.yaml': ECHO });
    const stdin = Buffer.concat([Buffer.from('fine\n'), Buffer.from([0x61, 0xff, 0x0a])]);
    const { stdout, stderr, code } = await sandbox.run(['chat', 'c.yaml', '-q'], { stdin });
    assert.equal(code, 2);
    assert.match(stderr, /PC2021.*not UTF-8/);
    assert.ok(stdout === '' || stdout === '|fine|\n', stdout);
  });

  it('come from any number of processes at once, and none is lost', async () => {
    using sandbox = openSandbox({ 'c.yaml': ECHO });
    const names = ['a', 'b', 'c', 'd'];
    const lines = (name: string) => Array.from({ length: 8 }, (_, at) => `${name}${at}`);
    const all = await Promise.all(
      names.map((name) => sandbox.run(['chat', 'c.yaml', '--session', 's', '-q'], { stdin: lines(name).join('\n') })),
    );
    assert.deepEqual(
      all.map(({ code, stderr }) => [code, stderr]),
      names.map(() => [0, '']),
    );
    const history = (await memoryOf(sandbox))['chat:s'].history as { role: string; content: string }[];
    const asked = history.filter((_, at) => at % 2 === 0);
    assert.ok(asked.every(({ role }) => role === 'user'));
    for (const name of names) {
      const own = asked.map(({ content }) => content).filter((content) => content.startsWith(name));
      assert.deepEqual(own, lines(name));
    }
    for (const [at, { content }] of history.entries()) {
      if (at % 2 === 1)
        assert.ok(content.endsWith(`|${asked[(at - 1) / 2]?.content}|`), 'an answer stands after its own message');
    }
  });
});

describe('a chat through a pipe ends', () => {
  const HALF = { tokens: ['half', ' of', ' it', '.'], stall: 'mid' } as const;

  it('at a signal: the turn is not kept, and the process dies of it', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      await using fake = await startFakeProvider({ replies: [{ text: 'One.' }, HALF] });
      using sandbox = openSandbox({ 'c.yaml': TALK });
      const live = start(sandbox, ['chat', 'c.yaml', '--session', 's'], { env: keys(fake) });
      live.child.stdin?.write('a\nb\nc\n');
      await live.saw('stdout', 'half of');
      live.child.kill(signal);
      const ended = await live.ended;
      assert.deepEqual([ended.code, ended.signal], [null, signal], ended.stderr);
      await fake.abandoned(1);
      assert.equal((await memoryOf(sandbox))['chat:s'].history.length, 2);
      assert.equal(fake.requests.length, 2);
    }
  });

  it('at a signal while it waits for a message', async () => {
    using sandbox = openSandbox({ 'c.yaml': ECHO });
    const live = start(sandbox, ['chat', 'c.yaml', '--session', 's']);
    live.child.stdin?.write('a\nunfinished');
    await live.saw('stderr', 'done in');
    live.child.kill('SIGINT');
    const ended = await live.ended;
    assert.deepEqual([ended.code, ended.signal], [null, 'SIGINT'], ended.stderr);
    assert.equal((await memoryOf(sandbox))['chat:s'].history.length, 2);
  });

  it('when the reader of stdout goes away', async () => {
    await using fake = await startFakeProvider({ fallback: { bytes: 4_000_000, paceMs: 1 } });
    using sandbox = openSandbox({ 'c.yaml': TALK });
    const live = start(sandbox, ['chat', 'c.yaml'], { env: keys(fake) });
    live.child.stdin?.write('a\nb\n');
    await live.saw('stdout', ' ');
    live.child.stdout?.destroy();
    const { code, stderr } = await live.ended;
    assert.equal(code, 141, stderr);
    assert.doesNotMatch(stderr, /EPIPE|at .*\.js/);
    assert.equal(fake.requests.length, 1);
  });
});

describe('a turn', () => {
  it('is a run with a journal, which tells what was said before: it can be resumed', async () => {
    await using fake = await startFakeProvider({ replies: [{ text: 'one' }, { status: 500 }, { text: 'two' }] });
    using sandbox = openSandbox({ 'c.yaml': `${TALK}output: "{steps.reply.output}|{user}|{history}"\n` });
    const env = keys(fake);
    const first = await sandbox.run(['chat', 'c.yaml', '--session', 's', '--user', 'Ada'], { stdin: 'a\nb\n', env });
    assert.equal(first.code, 7, first.stderr);
    const listed = JSON.parse((await sandbox.run(['runs', 'list', '--json'], { env })).stdout);
    assert.equal(listed.length, 2);
    const resumed = await sandbox.run(['runs', 'resume', 'last'], { env });
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.equal(resumed.stdout, 'two|Ada|User: a\n\nAssistant: one|Ada|\n');
    assert.deepEqual(sent(fake)[2], ['a', 'one|Ada|', 'b']);
    assert.deepEqual(sent(fake)[1], sent(fake)[2]);
  });

  it('that another run takes up is told the same: what it gave still holds', async () => {
    await using fake = await startFakeProvider();
    using sandbox = openSandbox({
      'c.yaml': `model: openai/gpt-4o-mini
steps:
  - { id: alone, prompt: "alone {input}" }
  - { id: told, prompt: "told {history} {steps.alone.output}" }
  - { id: sends, prompt: "sends", history: full }
  - { id: later, set: "x", if: 'history != ""' }
`,
    });
    const env = keys(fake);
    await sandbox.run(['chat', 'c.yaml', '--session', 's'], { stdin: 'a\na\n', env });
    const before = fake.requests.length;
    const plan = await sandbox.run(['run', 'c.yaml', '--resume', '--plan', '--json'], { env });
    const steps = JSON.parse(plan.stdout).steps.map(({ path, action }: { path: string; action: string }) => [path, action]);
    assert.deepEqual(steps, [
      ['alone', 'reuse'],
      ['told', 'reuse'],
      ['sends', 'reuse'],
      ['later', 'reuse'],
    ]);
    assert.equal(fake.requests.length, before);
  });

  it('is sent no more of the conversation than fits, and that is told', async () => {
    await using fake = await startFakeProvider({ fallback: { text: 'answer '.repeat(20).trim() } });
    using sandbox = openSandbox({ 'c.yaml': TALK });
    const args = ['chat', 'c.yaml', '--history-tokens', '90'];
    const { stderr, code } = await sandbox.run(args, { stdin: 'first\nsecond\nthird\nfourth\n', env: keys(fake) });
    assert.equal(code, 0, stderr);
    const last = sent(fake)[3] ?? [];
    assert.deepEqual([last[0], last[2], last.length], ['[1 earlier turn was left out to fit the context]\n\nsecond', 'third', 5]);
    assert.deepEqual(stderr.match(/warning\[PC8303\].*/g), [
      'warning[PC8303]: older turns of the conversation are left out: it is longer than 90 tokens',
    ]);
    const none = await sandbox.run(['chat', 'c.yaml', '--continue', '--history-tokens', '0'], { stdin: 'x', env: keys(fake) });
    assert.equal(none.code, 0, none.stderr);
    assert.deepEqual(sent(fake).at(-1), ['x']);
  });

  it('counts for the limit of the whole chat', async () => {
    await using fake = await startFakeProvider({ fallback: { text: 'ok', usage: { input: 100_000, output: 1000 } } });
    using sandbox = openSandbox({ 'c.yaml': TALK });
    // gpt-4o-mini: 100,000 tokens in are 1.5 cents.
    const args = ['chat', 'c.yaml', '--max-cost', '0.03'];
    const { stdout, stderr, code } = await sandbox.run(args, { stdin: 'a\nb\nc\nd\n', env: keys(fake) });
    assert.equal(code, 6, stderr);
    assert.ok(fake.requests.length < 4 && stdout.split('\n').length - 1 === fake.requests.length, stdout);
    assert.match(stderr, /PC9002.*\$0\.0156 is spent[\s\S]*help: leave, and go on with --session [\w-]+ --max-cost <more>/);
  });

  it('uses the server that is up', async () => {
    using sandbox = openSandbox({
      'c.yaml': `mcp:
  fake: { command: node, args: [${join(packageDir, 'build/test/fake/mcp-server.js')}, good] }
steps:
  - { tool: fake.pid }
`,
    });
    const { stdout, stderr, code } = await sandbox.run(['chat', 'c.yaml'], { stdin: 'a\nb\nc\n' });
    assert.equal(code, 0, stderr);
    const pids = stdout.trim().split('\n');
    assert.deepEqual([pids.length, new Set(pids).size], [3, 1]);
    assert.throws(() => process.kill(Number(pids[0]), 0), 'it is gone when the chat is');
  });

  it('remembers in the session, and keeps no secret there', async () => {
    using sandbox = openSandbox({
      'c.yaml': `steps:
  - id: tone
    set: "{memory.preferences.tone | default \\"none\\"} {input}"
    remember: { preferences: { merge: { tone: "{input}" } } }
output: "{steps.tone.output}"
`,
    });
    const env = { MY_API_KEY: 'very-secret-value-1' };
    const args = ['chat', 'c.yaml', '--session', 's', '-q'];
    const { stdout, stderr } = await sandbox.run(args, { stdin: 'brief\nvery-secret-value-1\n', env });
    assert.equal(stdout, 'none brief\nbrief ***\n', stderr);
    const memory = await memoryOf(sandbox);
    assert.deepEqual(Object.keys(memory), ['chat:s']);
    assert.deepEqual(memory['chat:s'].preferences, { tone: '***' });
    const home = join(sandbox.dir, '../home/promptchain');
    for (const name of readdirSync(home, { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('.jsonl')) assert.doesNotMatch(readFileSync(join(home, name), 'utf8'), /very-secret-value/);
    }
  });

  it('is forgotten with --no-memory once the chat is over', async () => {
    using sandbox = openSandbox({ 'c.yaml': ECHO });
    const { stdout } = await sandbox.run(['chat', 'c.yaml', '--no-memory', '-q'], { stdin: 'a\nb\n' });
    assert.equal(stdout, '|a|\nUser: a\n\nAssistant: |a||b|\n');
    assert.deepEqual(await memoryOf(sandbox), {});
  });

  it('is kept in the store that --memory names', async () => {
    using sandbox = openSandbox({ 'c.yaml': ECHO });
    const chat = (stdin: string) => sandbox.run(['chat', 'c.yaml', '--memory', './own.jsonl', '--session', 's', '-q'], { stdin });
    assert.equal((await chat('a')).code, 0);
    assert.equal((await chat('b')).stdout, 'User: a\n\nAssistant: |a||b|\n');
    assert.deepEqual(await memoryOf(sandbox), {});
  });
});

describe('a chat that cannot begin', () => {
  const failing = async (args: readonly string[], files: Readonly<Record<string, string>> = {}) => {
    using sandbox = openSandbox({ 'c.yaml': ECHO, ...files });
    const { stdout, stderr, code } = await sandbox.run(['chat', ...args], { stdin: 'hi\n' });
    assert.equal(stdout, '');
    return { stderr, code };
  };

  it('says why', async () => {
    const named = await failing(['c.yaml', '--session', 'a/b']);
    assert.deepEqual([named.code, /PC8301.*slash: "a\/b"/.test(named.stderr)], [2, true], named.stderr);
    const last = await failing(['c.yaml', '--continue']);
    assert.deepEqual([last.code, /PC8304/.test(last.stderr)], [1, true], last.stderr);
    const inputs = await failing(['d.yaml'], {
      'd.yaml': 'inputs: { topic: { type: string, required: true } }\nsteps: [{ set: "{inputs.topic} {input}" }]\n',
    });
    assert.deepEqual([inputs.code, /input "topic" is required\n.*--var topic=/s.test(inputs.stderr)], [2, true], inputs.stderr);
    assert.equal((await failing(['-'])).code, 2);
    assert.equal((await failing(['c.yaml', '--continue', '--session', 'x'])).code, 2);
    const key = await failing(['e.yaml'], { 'e.yaml': TALK });
    assert.deepEqual([key.code, /OPENAI_API_KEY/.test(key.stderr)], [4, true], key.stderr);
  });

  it('because its history is none says how to look at it', async () => {
    using sandbox = openSandbox({ 'c.yaml': ECHO });
    await sandbox.run(['memory', 'set', 'history', 'mine', '--namespace', 'chat:s']);
    const { stdout, stderr, code } = await sandbox.run(['chat', 'c.yaml', '--session', 's'], { stdin: 'hi\n' });
    assert.deepEqual([stdout, code], ['', 1]);
    assert.match(stderr, /PC8302.*chat:s/);
  });
});

describe('a chain that takes no part in a conversation', () => {
  it('is told of once, before the first message', async () => {
    using sandbox = openSandbox({
      'c.yaml': 'model: echo/x\nsteps: ["{input}"]\n',
      'd.yaml': 'steps: [{ set: "{history}same" }]\n',
    });
    const { stderr } = await sandbox.run(['chat', 'c.yaml'], { stdin: 'a\nb\n' });
    assert.equal(stderr.match(/each message is answered alone/g)?.length, 1);
    const deaf = await sandbox.run(['chat', 'd.yaml'], { stdin: 'a\n' });
    assert.match(deaf.stderr, /it does not see what you say/);
    assert.doesNotMatch(deaf.stderr, /answered alone/);
    assert.equal((await sandbox.run(['chat', 'c.yaml', '-q'], { stdin: 'a\nb\n' })).stderr, '');
  });
});
