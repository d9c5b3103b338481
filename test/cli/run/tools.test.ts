import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { BUILT_IN_NAMES } from '../../../src/tools/names.ts';
import { BUILT_INS } from '../../../src/tools/table.ts';
import { onTerminal } from '../live.ts';
import { openSandbox } from '../sandbox.ts';

const SHOUT = `tools:
  shout:
    description: says it loud
    parameters: { text: string, "many words": integer }
    run: printf '%s|%s|%s' "$ARG_text" "$ARG_many_words" "$(cat)"
  hello:
    description: greets
    parameters: { who: string }
    function: "./hello.mjs#hello"
`;
const CALL = 'steps:\n  - tool: shout\n    with: { text: "\\"; touch pwned; {input}", "many words": 2 }\n';
const ASK = 'permissions: { ask: ["shout(text=*)"] }\n';

describe('the tools of a run', () => {
  const sandbox = openSandbox({
    'shout.yaml': SHOUT + CALL,
    'ask.yaml': SHOUT + ASK + CALL,
    'hello.yaml': `${SHOUT}steps:\n  - tool: hello\n    with: { who: "{input}" }\n`,
    'hello.mjs': 'export const hello = ({ who }) => `hello ${who}`;\n',
    'sum.yaml': 'steps:\n  - tool: calculator\n    with: { expression: "{input}" }\n',
    'plain.yaml': 'steps:\n  - set: { a: "{input}" }\n',
    'command.yaml': 'steps:\n  - run: cat\n',
    'denied.yaml': 'permissions: { deny: ["run(command=touch *)"], ask: ["run(command=cat*)"] }\nsteps:\n  - run: touch made\n',
    'inner.yaml':
      'permissions: { allow: [calculator], ask: ["*"] }\nsteps:\n  - tool: calculator\n    with: { expression: "1+1" }\n',
    'outer.yaml': 'permissions: { ask: ["calc*"] }\nsteps:\n  - chain: inner.yaml\n',
    'slow.yaml':
      'tools: { t: { description: d, run: cat, parameters: { type: object, properties: { u: { type: string, pattern: "^(a+)+$" } } } } }\nsteps:\n  - tool: t\n    with: { u: "{input}" }\n',
    'asked.yaml': 'permissions: { deny: ["run(command=touch *)"], ask: ["run(command=cat*)"] }\nsteps:\n  - run: cat\n',
    'server.yaml': `mcp: { s: { command: node, env: { T: "\${NOT_SET_ANYWHERE}" } } }\nsteps:\n  - tool: s.x\n`,
  });
  after(() => sandbox[Symbol.dispose]());

  it('a command gets its arguments on stdin and in variables, never as text of the command', async () => {
    const { code, stdout, stderr } = await sandbox.run(['run', 'shout.yaml', '-i', 'hi']);
    assert.equal(stdout, '"; touch pwned; hi|2|{"text":"\\"; touch pwned; hi","many words":2}\n', stderr);
    assert.equal(code, 0);
    assert.match(stderr, /1: calls shout \{"text":"\\"; touch pwned; hi","many words":2\}\n1: shout answered in /);
    assert.throws(() => statSync(sandbox.path('pwned')));
  });

  it('a function gets its arguments as its first parameter', async () => {
    assert.equal((await sandbox.run(['run', 'hello.yaml', '-i', 'you'])).stdout, 'hello you\n');
  });

  it('a built-in one is there when a step names it', async () => {
    assert.equal((await sandbox.run(['run', 'sum.yaml', '-i', 'sqrt(144)'])).stdout, '12\n');
    assert.deepEqual(BUILT_IN_NAMES, BUILT_INS.map(({ name }) => name).sort());
  });

  it('a chain may allow a part of what it asks about, and nothing of what its caller asks about', async () => {
    assert.equal((await sandbox.run(['run', 'inner.yaml'])).stdout, '2\n');
    const { code, stderr } = await sandbox.run(['run', 'outer.yaml']);
    assert.equal(code, 8);
    assert.match(stderr, /the rule "calc\*" in permissions\.ask/);
  });

  it('a pattern that takes hours over the arguments is given up, and nothing is called', async () => {
    assert.equal((await sandbox.run(['run', 'slow.yaml', '-i', 'aaa'])).stdout, '{"u":"aaa"}\n');
    const { code, stdout, stderr } = await sandbox.run(['run', 'slow.yaml', '-i', `${'a'.repeat(60)}!`]);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /the arguments could not be checked within 1000 ms: a "pattern" of the schema/);
  });

  it('one that a rule asks about needs a person: exit 8, --allow-tool, --approve', async () => {
    const run = async (...args: string[]) => (await sandbox.run(['run', 'ask.yaml', '-i', 'x', ...args])).code;
    assert.equal(await run(), 8);
    assert.equal(await run('--allow-tool', 'shout'), 0);
    assert.equal(await run('--approve', 'auto'), 0);
    assert.equal(await run('--approve', 'never'), 1);
    assert.equal(await run('--allow-tool', 'shout', '--deny-tool', 'sh*'), 1);
    assert.equal(await run('--allow-tool', '(x'), 2);
    const misspelt = await sandbox.run(['run', 'ask.yaml', '-i', 'x', '--deny-tool', 'shuot']);
    assert.equal(misspelt.code, 2);
    assert.match(misspelt.stderr, /PC2027.*--deny-tool "shuot" fits no tool that the chain can have\n.*did you mean "shout"\?/);
  });

  it('the person is asked at a terminal and sees the tool and its arguments', async () => {
    const live = onTerminal(sandbox, 'promptchain run ask.yaml -i x');
    await live.saw('stdout', 'for always in this run]');
    live.child.stdin?.write('y\n');
    const { code, stdout } = await live.ended;
    assert.equal(code, 0, stdout);
    assert.match(
      stdout,
      /shout asks to be called, and the rule "shout\(text=\*\)" wants your consent:\s+text: "\\"; touch pwned; x"/,
    );
  });

  it('rules hold for commands too, under the name run', async () => {
    const run = (...args: string[]) => sandbox.run(['run', ...args, '-i', 'x']);
    const denied = await run('denied.yaml');
    assert.deepEqual([denied.code, denied.stderr.includes('PC7061')], [1, true], denied.stderr);
    assert.throws(() => statSync(sandbox.path('made')));
    const asked = await run('asked.yaml');
    assert.deepEqual([asked.code, asked.stderr.includes('PC7062')], [8, true], asked.stderr);
    assert.equal((await run('asked.yaml', '--allow-tool', 'run')).stdout, 'x\n');
    assert.equal((await run('command.yaml', '--deny-tool', 'run')).code, 1);
    assert.equal((await run('command.yaml', '--deny-tool', 'run(command=rm*)')).stdout, 'x\n');
  });

  it('options about tools and servers that cannot apply are refused', async () => {
    for (const option of [['--allow-tool', 'x'], ['--deny-tool', 'x'], ['--approve', 'auto'], ['--no-mcp']]) {
      const { code, stderr } = await sandbox.run(['run', 'plain.yaml', '-i', 'x', ...option]);
      assert.deepEqual([code, stderr.includes('PC2027')], [2, true], stderr);
    }
  });

  it('a server that needs a variable which is not set is told before anything starts; --no-mcp starts none', async () => {
    const { code, stderr } = await sandbox.run(['run', 'server.yaml', '-i', 'x']);
    assert.deepEqual([code, /PC4020.*the server "s" needs "NOT_SET_ANYWHERE"/.test(stderr)], [4, true], stderr);
    const without = await sandbox.run(['run', 'server.yaml', '-i', 'x', '--no-mcp']);
    assert.deepEqual([without.code, without.stderr.includes('PC7074')], [1, true], without.stderr);
  });
});
