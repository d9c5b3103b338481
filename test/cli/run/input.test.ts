import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { onTerminal, shell, start } from '../live.ts';
import { openSandbox } from '../sandbox.ts';

const ECHO = 'models: [echo/x]\nsteps: ["{input}"]\n';

describe('the input of run', () => {
  it('is --input, a file, or stdin', async () => {
    using sandbox = openSandbox({ 'a.yaml': ECHO, 'in.txt': 'from a file\n' });
    assert.equal((await sandbox.run(['run', 'a.yaml', '--input', 'text'])).stdout, 'text\n');
    assert.equal((await sandbox.run(['run', 'a.yaml', '--input-file', 'in.txt'])).stdout, 'from a file\n');
    assert.equal((await sandbox.run(['run', 'a.yaml'], { stdin: 'piped' })).stdout, 'piped\n');
    assert.equal((await sandbox.run(['run', 'a.yaml', '-i', '-'], { stdin: 'piped' })).stdout, 'piped\n');
    assert.equal((await sandbox.run(['run', 'a.yaml', '--input-file', '-'], { stdin: 'piped' })).stdout, 'piped\n');
    assert.match((await sandbox.run(['run', 'a.yaml', 'hello'])).stderr, /--input <text>/);
    assert.equal((await sandbox.run(['run', 'a.yaml', '-i', '-q'])).stdout, '-q\n');
  });

  it('with --input leaves an open, silent stdin alone', async () => {
    using sandbox = openSandbox({ 'a.yaml': ECHO, 'none.yaml': 'steps:\n  - run: echo hi\n' });
    assert.equal((await start(sandbox, ['run', 'a.yaml', '--input', 'text']).ended).stdout, 'text\n');
    assert.equal((await start(sandbox, ['run', 'a.yaml', '--input', 'text', '--dry-run']).ended).code, 0);
    assert.equal((await start(sandbox, ['run', 'a.yaml', '--dry-run']).ended).code, 0);
  });

  it('is both where the chain reads {stdin}', async () => {
    using sandbox = openSandbox({ 'a.yaml': 'models: [echo/x]\nsteps: ["{input} about {stdin}"]\n' });
    assert.equal((await sandbox.run(['run', 'a.yaml', '--input', 'ask'], { stdin: 'this' })).stdout, 'ask about this\n');
  });

  it('loses one byte order mark and one line break', async () => {
    using sandbox = openSandbox({ 'a.yaml': ECHO });
    for (const [stdin, input] of [
      ['\ufeff\ufeffa\n\n', '\ufeffa\n'],
      ['a\r\n', 'a'],
      ['\na', '\na'],
    ] as const) {
      const { stdout } = await sandbox.run(['run', 'a.yaml', '--json'], { stdin });
      assert.equal(JSON.parse(stdout).output, input);
    }
  });

  it('is any text, as it is', async () => {
    using sandbox = openSandbox({ 'a.yaml': ECHO });
    const text = '{input} \\{input} ${HOME} {{x}} \u2028 "quotes" \'and\' `ticks` $(rm) 👩‍👩‍👧 \0\x1b';
    assert.equal((await sandbox.run(['run', 'a.yaml'], { stdin: text })).stdout, `${text}\n`);
  });

  it('must be UTF-8: the first bad byte is named', async () => {
    using sandbox = openSandbox({ 'a.yaml': ECHO, 'in.txt': Buffer.from([0x61, 0xc3]) });
    const { code, stdout, stderr } = await sandbox.run(['run', 'a.yaml'], { stdin: Buffer.from([0xc3, 0xa9, 0x61, 0xff, 0x62]) });
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^error\[PC2021\]: stdin is not UTF-8 text: byte 0xff at offset 3\n/);
    assert.match((await sandbox.run(['run', 'a.yaml', '--input-file', 'in.txt'])).stderr, /byte 0xc3 at offset 1/);
  });

  it('is refused above its limit, which can be raised', async () => {
    using sandbox = openSandbox({ 'a.yaml': ECHO });
    const large = 'x'.repeat(8 * 1024 * 1024 + 2);
    const refused = await sandbox.run(['run', 'a.yaml'], { stdin: large });
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /stdin is larger than 8 MiB/);
    assert.equal((await sandbox.run(['run', 'a.yaml', '--max-input', '9mb'], { stdin: large })).stdout, `${large}\n`);
  });

  it('is refused at once when it is far too large, binary, or one endless line', async () => {
    using sandbox = openSandbox({ 'a.yaml': ECHO });
    for (const source of ['head -c 100000000 /dev/zero', 'yes | tr -d "\\n"']) {
      const { stdout } = await shell(sandbox, `${source} | { promptchain run a.yaml 2>&1; echo "code $?"; }`).ended;
      assert.match(stdout, /^error\[PC2021\]: stdin is larger than 8 MiB\n.*\ncode 2\n$/);
    }
  });

  it('is asked for on stderr at a terminal, and never with --no-interactive', async () => {
    using sandbox = openSandbox({ 'a.yaml': ECHO });
    const asked = onTerminal(sandbox, 'promptchain run a.yaml >out.txt; cat out.txt');
    await asked.saw('stdout', 'input: ');
    asked.child.stdin?.write('typed\n');
    assert.match((await asked.ended).stdout, /typed\r\n$/);
    const refused = await onTerminal(sandbox, 'promptchain run a.yaml --no-interactive').ended;
    assert.equal(refused.code, 2);
    assert.match(refused.stdout, /--input/);
  });

  it('names --input where it is needed and empty', async () => {
    using sandbox = openSandbox({ 'a.yaml': ECHO });
    const { code, stderr } = await sandbox.run(['run', 'a.yaml']);
    assert.equal(code, 2);
    assert.match(stderr, /--input <text>/);
  });

  it('that no step reads is told, and refused with --strict', async () => {
    using sandbox = openSandbox({
      'a.yaml': 'models: [echo/x]\nsteps:\n  - { set: x, value: "{run.id}" }\n  - { prompt: "hello {run.id}" }\n',
    });
    const { stderr, code } = await sandbox.run(['run', 'a.yaml', '--input', 'x']);
    if (code === 0) assert.match(stderr, /PC2027/);
  });
});

describe('the declared inputs of a chain', () => {
  const INPUTS = `models: [echo/x]
inputs:
  name: { type: string, required: true, description: "who" }
  count: { type: integer, default: 3 }
  tone: { type: choice, options: [brief, long], default: brief }
  tags: { type: list, default: [] }
steps: ["{inputs.name} {inputs.count} {inputs.tone} {inputs.tags}"]
`;

  it('come from --var, --var-file and --vars, as their types', async () => {
    using sandbox = openSandbox({ 'a.yaml': INPUTS, 'who.txt': 'Ada\n', 'vars.yaml': 'name: Eve\ncount: 7\n' });
    const run = async (...args: string[]) => (await sandbox.run(['run', 'a.yaml', '-q', ...args])).stdout;
    assert.equal(await run('--var', 'name=a=b'), 'a=b 3 brief []\n');
    assert.equal(await run('--var-file', 'name=who.txt', '--var', 'tags=["x"]'), 'Ada 3 brief ["x"]\n');
    assert.equal(await run('--vars', 'vars.yaml', '--var', 'tone=long'), 'Eve 7 long []\n');
    assert.equal(await run('--vars', '{"name": "J", "count": 1}'), 'J 1 brief []\n');
  });

  it('are all checked before anything runs', async () => {
    using sandbox = openSandbox({ 'a.yaml': INPUTS });
    const { code, stderr } = await sandbox.run(['run', 'a.yaml', '--var', 'coutn=1', '--var', 'tone=loud', '--var', 'count=1.5']);
    assert.equal(code, 2);
    for (const part of [
      /input "name" is required: who/,
      /did you mean "count"\?/,
      /one of brief, long/,
      /a whole number/,
      /--var name=/,
    ]) {
      assert.match(stderr, part);
    }
  });
});
