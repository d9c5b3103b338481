import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { type FakeProvider, startFakeProvider } from '../../fake/provider.ts';
import { packageDir } from '../../package/package-dir.ts';
import { type LiveOptions, onTerminal } from '../live.ts';
import { openSandbox, type Sandbox } from '../sandbox.ts';
import { keys, sent, TALK } from './messages.ts';

const ECHO = 'name: echo\nmodel: echo/x\nsteps: [{ id: reply, prompt: "<{input}>", history: full }]\n';
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
/** What a prompt begins with: the terminal is to mark what is pasted. */
const PROMPT = '\u001b[?2004h';

/** A chat on a terminal. What is typed may be typed ahead: the terminal keeps it. */
function chat(sandbox: Sandbox, commandLine: string, options: LiveOptions = {}) {
  const live = onTerminal(sandbox, `trap : INT; promptchain chat ${commandLine}; echo "code $?"`, options);
  return {
    ...live,
    type: (text: string) => void live.child.stdin?.write(text),
    /** What is on the screen, line breaks as in a file and without control sequences. */
    async screen() {
      const limit = setTimeout(() => live.child.kill('SIGKILL'), 30_000);
      const { stdout } = await live.ended;
      clearTimeout(limit);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      return stdout.replaceAll('\r\n', '\n').replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '');
    },
    saw: (text: string) => live.saw('stdout', text),
    sawTimes: (text: string, times: number) => live.saw('stdout', text, times),
    /** Keys such as Ctrl-C mean something else while an answer comes. */
    prompted: (times: number) => live.saw('stdout', PROMPT, times),
  };
}

describe('a chat on a terminal', () => {
  it('answers what is typed, until Ctrl-D, and says how to go on', async () => {
    await using fake = await startFakeProvider({
      replies: [{ text: 'First answer.' }, { text: 'Second \u001b[2Janswer\u0007.' }],
    });
    using sandbox = openSandbox({ 'c.yaml': TALK });
    const live = chat(sandbox, 'c.yaml --session garden', { env: keys(fake) });
    await live.saw('/help lists the commands');
    live.type('hello\n');
    await live.saw('First answer.');
    live.type('again\n');
    await live.saw('Second answer.');
    await live.prompted(3);
    live.type(CTRL_D);
    const screen = await live.screen();
    assert.match(screen, /go on with: promptchain chat c\.yaml --session garden\ncode 0/);
    assert.deepEqual(sent(fake), [['hello'], ['hello', 'First answer.', 'again']]);
  });

  it('brings back with the arrow keys what was said before, also in a session that is taken up', async () => {
    await using fake = await startFakeProvider();
    using sandbox = openSandbox({ 'c.yaml': TALK });
    await sandbox.run(['chat', 'c.yaml', '--session', 's'], { stdin: 'first one\nsecond\n', env: keys(fake) });
    const live = chat(sandbox, 'c.yaml --session s', { env: keys(fake) });
    await live.prompted(1);
    live.type('\u001b[A\u001b[A again\n');
    await live.saw('] first one again');
    await live.prompted(2);
    live.type(CTRL_D);
    assert.match(await live.screen(), /code 0/);
    assert.equal(sent(fake).at(-1)?.at(-1), 'first one again');
  });

  it('stops an answer at Ctrl-C and keeps the session without it', async () => {
    await using fake = await startFakeProvider({
      replies: [{ text: 'One.' }, { tokens: ['half', ' of', ' it', '.'], stall: 'mid' }, { text: 'Three.' }],
    });
    using sandbox = openSandbox({ 'c.yaml': TALK });
    const live = chat(sandbox, 'c.yaml --session s', { env: keys(fake) });
    live.type('a\n');
    await live.saw('One.');
    live.type('b\n');
    await live.saw('half of');
    live.type(CTRL_C);
    await live.saw('this turn is not kept');
    await fake.abandoned(1);
    live.type('c\n');
    await live.saw('Three.');
    live.type('/quit\n');
    assert.match(await live.screen(), /code 0/);
    assert.deepEqual(sent(fake)[2], ['a', 'One.', 'c']);
    const { history } = JSON.parse((await sandbox.run(['memory', 'export'])).stdout)['chat:s'];
    assert.deepEqual(
      history.map(({ content }: { content: string }) => content),
      ['a', 'One.', 'c', 'Three.'],
    );
  });

  it('takes several lines as one message: after a backslash, between quotes, pasted', async () => {
    using sandbox = openSandbox({ 'c.yaml': ECHO });
    const live = chat(sandbox, 'c.yaml --session s');
    await live.saw('> ');
    live.type('one\\\r');
    await live.saw('… ');
    live.type('two\\\\\r');
    await live.saw('two\\\\>');
    live.type('"""\r  /quit\r\rfour"""\r');
    await live.saw('four>');
    live.type('\u001b[200~/pasted \\\rand\ttabbed\r"""\u001b[201~');
    live.type('\r');
    await live.saw('""">');
    live.type('/quit\r');
    assert.match(await live.screen(), /code 0/);
    const { history } = JSON.parse((await sandbox.run(['memory', 'export'])).stdout)['chat:s'];
    assert.deepEqual(
      history.filter((_: unknown, at: number) => at % 2 === 0).map(({ content }: { content: string }) => content),
      ['one\ntwo\\\\', '  /quit\n\nfour', '/pasted \\\nand\ttabbed\n"""'],
    );
  });

  it('loses nothing that is typed ahead', async () => {
    using sandbox = openSandbox({ 'c.yaml': ECHO });
    const live = chat(sandbox, 'c.yaml --session s');
    await live.saw('> ');
    live.type('a\rb\rc\rhalf');
    await live.saw('<c>');
    live.type(' typed\r');
    await live.saw('<half typed>');
    live.type('/quit\r');
    await live.screen();
    const { history } = JSON.parse((await sandbox.run(['memory', 'export'])).stdout)['chat:s'];
    assert.deepEqual(
      history.filter((_: unknown, at: number) => at % 2 === 0).map(({ content }: { content: string }) => content),
      ['a', 'b', 'c', 'half typed'],
    );
  });

  it('is left by Ctrl-C twice; once takes back the line', async () => {
    using sandbox = openSandbox({ 'c.yaml': ECHO });
    const live = chat(sandbox, 'c.yaml --session s');
    await live.saw('> ');
    live.type(`not this${CTRL_C}`);
    live.type('but this\r');
    await live.saw('<but this>');
    await live.prompted(2);
    live.type(CTRL_C);
    await live.saw('leaves the chat');
    live.type('still here\r');
    await live.saw('<still here>');
    await live.prompted(3);
    live.type(`${CTRL_C}${CTRL_C}`);
    const screen = await live.screen();
    assert.match(screen, /code 0/);
    assert.doesNotMatch(screen, /<not this/);
  });

  it('goes on after an error, for more turns than a stream likes listeners', async () => {
    await using fake = await startFakeProvider({ replies: [{ status: 400, error: { message: 'unlucky' } }] });
    using sandbox = openSandbox({ 'c.yaml': TALK });
    const live = chat(sandbox, 'c.yaml', { env: keys(fake) });
    for (let turn = 0; turn < 14; turn += 1) {
      live.type(`turn ${turn}.\n`);
      await live.saw(turn === 0 ? 'unlucky' : `[gpt-4o-mini] turn ${turn}.`);
    }
    live.type('/quit\n');
    const screen = await live.screen();
    assert.match(screen, /code 0/);
    assert.doesNotMatch(screen, /Warning:|listeners/);
  });

  it('asks for the inputs that the chain requires, until they fit', async () => {
    using sandbox = openSandbox({
      'c.yaml': `inputs:
  tone: { type: choice, options: [dry, warm], required: true, description: how to answer }
model: echo/x
steps: [{ id: reply, prompt: "{inputs.tone}:{input}", history: full }]
`,
    });
    const live = chat(sandbox, 'c.yaml');
    await live.saw('tone (how to answer: dry | warm): ');
    live.type('hot\n');
    await live.saw('must be');
    live.type('dry\n');
    await live.saw('/help lists');
    live.type('hi\n');
    await live.saw('dry:hi');
    live.type('/quit\n');
    assert.match(await live.screen(), /code 0/);
  });

  it('asks about a tool in the middle of an answer', async () => {
    using sandbox = openSandbox({
      'c.yaml': `permissions: { ask: [run] }
steps: [{ run: cat }]
`,
    });
    const live = chat(sandbox, 'c.yaml');
    await live.saw('> ');
    live.type('words\r');
    await live.saw('Call it? [y/N');
    live.type('y\n');
    await live.saw('done in');
    live.type('more\r');
    await live.sawTimes('Call it? [y/N', 2);
    live.type('n\r');
    await live.saw('this turn is not kept');
    live.type('/quit\n');
    assert.match(await live.screen(), /code 0/);
  });

  it('ends at SIGTERM: servers and all, the terminal as it was', async () => {
    using sandbox = openSandbox({
      'c.yaml': `mcp:
  fake: { command: node, args: [${packageDir}/build/test/fake/mcp-server.js, good] }
steps:
  - { id: server, tool: fake.pid }
  - { id: own, run: 'echo "$PPID"' }
output: "pids {steps.own.output} {steps.server.output} ."
`,
    });
    const live = onTerminal(sandbox, 'promptchain chat c.yaml; echo "code $?"; stty -a');
    await live.saw('stdout', '> ');
    live.child.stdin?.write('x\r');
    await live.saw('stdout', ' .');
    await live.saw('stdout', PROMPT, 2);
    const [, own, server] = /pids (\d+) (\d+) \./.exec(live.seen('stdout')) ?? [];
    process.kill(Number(own), 'SIGTERM');
    const { stdout } = await live.ended;
    assert.match(stdout, /code 143/);
    assert.match(stdout, / icanon/);
    assert.ok(stdout.lastIndexOf('\u001b[?2004l') > stdout.lastIndexOf('\u001b[?2004h'), 'pasted text is no longer marked');
    assert.throws(() => process.kill(Number(server), 0), 'it is gone when the chat is');
  });
});

describe('the commands of a chat', () => {
  const talk = async (fake: FakeProvider, sandbox: Sandbox, typed: readonly (readonly [string, string])[]) => {
    const live = chat(sandbox, 'c.yaml --session s', { env: keys(fake) });
    for (const [text, shown] of typed) {
      live.type(`${text}\n`);
      await live.saw(shown);
    }
    live.type('/quit\n');
    const screen = await live.screen();
    assert.match(screen, /code 0/);
    return screen;
  };

  it('are listed, and one that does not exist has a suggestion', async () => {
    await using fake = await startFakeProvider();
    using sandbox = openSandbox({ 'c.yaml': TALK });
    const screen = await talk(fake, sandbox, [
      ['/help', 'put it between lines of'],
      ['/histroy', 'did you mean "/history"?'],
      ['/exit', 'did you mean "/quit"?'],
      ['/quit now', 'takes nothing'],
      ['//quit', '[gpt-4o-mini] /quit'],
    ]);
    for (const name of ['help', 'reset', 'history', 'memory', 'model', 'save', 'quit'])
      assert.match(screen, new RegExp(`^ {2}/${name} `, 'm'));
    assert.deepEqual(sent(fake), [['/quit']]);
  });

  it('show, save and forget the conversation', async () => {
    await using fake = await startFakeProvider({ replies: [{ text: 'An \u001b[31manswer.' }, { text: 'Another.' }] });
    using sandbox = openSandbox({ 'c.yaml': TALK, 'there.txt': 'mine' });
    await talk(fake, sandbox, [
      ['/history', 'nothing was said yet'],
      ['hello', 'An answer.'],
      ['/history', 'Assistant: An answer.'],
      ['/save talk.txt', '1 turn written to talk.txt'],
      ['/save talk.json', '1 turn written to talk.json'],
      ['/save there.txt', '"there.txt" is there already'],
      ['/save', 'needs the name of a file'],
      ['/save no/such/folder.txt', 'PC2025'],
      ['/reset', 'is forgotten'],
      ['new', 'Another.'],
    ]);
    assert.deepEqual(sent(fake), [['hello'], ['new']]);
    assert.equal(readFileSync(sandbox.path('talk.txt'), 'utf8'), 'User: hello\n\nAssistant: An \u001b[31manswer.\n');
    assert.deepEqual(JSON.parse(readFileSync(sandbox.path('talk.json'), 'utf8')), [
      { role: 'user', content: 'hello' },
      { role: 'assistant', content: 'An \u001b[31manswer.' },
    ]);
    assert.equal(readFileSync(sandbox.path('there.txt'), 'utf8'), 'mine');
    assert.ok(!existsSync(sandbox.path('no')));
  });

  it('change the model, and keep it when the new one cannot be used', async () => {
    await using fake = await startFakeProvider();
    using sandbox = openSandbox({ 'c.yaml': TALK });
    await talk(fake, sandbox, [
      ['/model', 'openai/gpt-4o-mini'],
      ['/model anthropic/claude-sonnet-4-5', 'ANTHROPIC_API_KEY'],
      ['first', '[gpt-4o-mini] first'],
      ['/model openai/gpt-4o', 'openai/gpt-4o\r'],
      ['second', '[gpt-4o] second'],
    ]);
    assert.deepEqual(
      fake.requests.map(({ body }) => body.model),
      ['gpt-4o-mini', 'gpt-4o'],
    );
  });

  it('show what the chain remembers', async () => {
    await using fake = await startFakeProvider();
    using sandbox = openSandbox({ 'c.yaml': `${TALK}  - remember: { preferences: { merge: { tone: dry } } }\n` });
    const screen = await talk(fake, sandbox, [
      ['/memory', 'nothing is remembered'],
      ['hello', '[gpt-4o-mini] hello'],
      ['/memory', '{"tone":"dry"}'],
    ]);
    assert.match(screen, /chat:s\n {2}preferences {2}\{"tone":"dry"\}/);
  });
});
