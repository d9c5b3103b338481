import assert from 'node:assert/strict';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { packageDir } from '../package/package-dir.ts';
import { onTerminal } from './live.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

const UNTRUSTED = { env: { PROMPTCHAIN_TRUST: '' } };
const COMMAND = 'steps:\n  - id: mark\n    run: echo ran | tee ran.txt\n    stdin: ""\n';
const FUNCTION = 'steps:\n  - { id: clean, function: "./lib/clean.mjs#clean" }\n';

describe('a chain that runs commands and is not trusted', () => {
  const sandbox = openSandbox({ 'a.yaml': COMMAND });
  after(() => sandbox[Symbol.dispose]());

  it('is not run where nobody can be asked: exit 8, and what it would run', async () => {
    const { code, stdout, stderr } = await sandbox.run(['run', 'a.yaml'], UNTRUSTED);
    assert.deepEqual([code, stdout], [8, '']);
    assert.match(stderr, /error\[PC7071\]: a\.yaml is not trusted yet.*\n {2}command {2}mark: echo ran \| tee ran\.txt/);
    assert.match(stderr, /add --trust, or once: promptchain trust a\.yaml/);
    assert.throws(() => statSync(sandbox.path('ran.txt')));
  });

  it('says the same in JSON, as a blocked run', async () => {
    const { code, stdout, stderr } = await sandbox.run(['run', 'a.yaml', '--json'], UNTRUSTED);
    const { status, exit_code, error } = JSON.parse(stdout);
    assert.deepEqual([code, status, exit_code, error.code, error.reason, stderr], [8, 'blocked', 8, 'PC7071', 'needs_human', '']);
  });

  it('is checked and planned all the same', async () => {
    assert.equal((await sandbox.run(['validate', 'a.yaml'], UNTRUSTED)).code, 0);
    assert.equal((await sandbox.run(['run', 'a.yaml', '--dry-run'], UNTRUSTED)).code, 0);
  });

  it('cannot trust itself with a .env, nor a project with its configuration', async () => {
    using project = openSandbox({ 'a.yaml': COMMAND, '.env': 'PROMPTCHAIN_TRUST=always\n' });
    const { code } = await project.run(['run', 'a.yaml'], UNTRUSTED);
    assert.equal(code, 8);
    project.write({ 'promptchain.config.yaml': `trusted: [${JSON.stringify(project.dir)}]\n` });
    const { code: refused, stderr } = await project.run(['run', 'a.yaml'], UNTRUSTED);
    assert.equal(refused, 3, stderr);
    assert.match(stderr, /PC1905/);
  });
});

describe('trust', () => {
  const opened: Sandbox[] = [];
  const open = (files: Readonly<Record<string, string>>): Sandbox => {
    const sandbox = openSandbox(files);
    opened.push(sandbox);
    return sandbox;
  };
  after(() => {
    for (const sandbox of opened) sandbox[Symbol.dispose]();
  });
  const codeOf = async (sandbox: Sandbox, ...args: string[]): Promise<number | null> =>
    (await sandbox.run(['run', ...args], { ...UNTRUSTED, stdin: 'x' })).code;

  it('--trust runs the chain and remembers it, in a file of its own user', async () => {
    const sandbox = open({ 'a.yaml': COMMAND });
    assert.equal(await codeOf(sandbox, 'a.yaml', '--trust'), 0);
    assert.equal(await codeOf(sandbox, 'a.yaml'), 0);
    const file = join(sandbox.dir, '../home/promptchain/data/trust.jsonl');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(readFileSync(file, 'utf8').split('\n').length, 2);
  });

  it('ends when a byte of what runs changes: the chain, a sub-chain, a function, a script', async () => {
    const files = {
      'a.yaml': 'steps:\n  - chain: sub.yaml\n  - { function: "./lib/clean.mjs#clean" }\n  - run: sh ./build.sh data.txt\n',
      'sub.yaml': COMMAND,
      'lib/clean.mjs': 'export const clean = (text) => text;\n',
      'build.sh': 'cat\n',
      'data.txt': 'some data\n',
    };
    const sandbox = open(files);
    assert.equal(await codeOf(sandbox, 'a.yaml', '--trust'), 0);
    sandbox.write({ 'data.txt': 'other data\n' });
    assert.equal(await codeOf(sandbox, 'a.yaml'), 0);
    for (const name of ['a.yaml', 'sub.yaml', 'lib/clean.mjs', 'build.sh'] as const) {
      sandbox.write({ [name]: `${files[name]}\n` });
      assert.equal(await codeOf(sandbox, 'a.yaml'), 8, name);
      sandbox.write({ [name]: files[name] });
      assert.equal(await codeOf(sandbox, 'a.yaml'), 0, name);
    }
  });

  it('is for a place: a copy in another folder is asked about', async () => {
    const sandbox = open({ 'a.yaml': COMMAND, 'copy/a.yaml': COMMAND });
    assert.equal(await codeOf(sandbox, 'a.yaml', '--trust'), 0);
    assert.equal(await codeOf(sandbox, 'copy/a.yaml'), 8);
  });

  it('of a folder holds for everything in it, now and later', async () => {
    const sandbox = open({ 'mine/a.yaml': COMMAND, 'other/b.yaml': COMMAND, 'mine-not/c.yaml': COMMAND });
    assert.equal((await sandbox.run(['trust', 'mine'], UNTRUSTED)).code, 0);
    sandbox.write({ 'mine/deep/d.yaml': COMMAND });
    assert.equal(await codeOf(sandbox, 'mine/a.yaml'), 0);
    assert.equal(await codeOf(sandbox, 'mine/deep/d.yaml'), 0);
    assert.equal(await codeOf(sandbox, 'other/b.yaml'), 8);
    assert.equal(await codeOf(sandbox, 'mine-not/c.yaml'), 8);
  });

  it('can be listed and taken back', async () => {
    const sandbox = open({ 'a.yaml': COMMAND, 'mine/b.yaml': COMMAND });
    const trusted = await sandbox.run(['trust', 'a.yaml', 'mine'], UNTRUSTED);
    assert.match(trusted.stderr, /trusted:\n {2}command {2}mark: echo ran/);
    assert.deepEqual((await sandbox.run(['trust'])).stdout.split('\n'), [sandbox.path('a.yaml'), `${sandbox.path('mine')}/`, '']);
    assert.equal((await sandbox.run(['trust', '--forget', 'a.yaml'])).code, 0);
    assert.equal(await codeOf(sandbox, 'a.yaml'), 8);
    assert.equal(await codeOf(sandbox, 'mine/b.yaml'), 0);
    const again = await sandbox.run(['trust', '--forget', 'a.yaml']);
    assert.deepEqual([again.code, again.stderr.includes('"a.yaml" is not trusted')], [2, true]);
  });

  it("is given to folders by the user's configuration", async () => {
    const sandbox = open({ 'a.yaml': COMMAND });
    sandbox.write({ '../home/promptchain/config/config.yaml': `trusted: [${JSON.stringify(sandbox.dir)}]\n` });
    assert.equal(await codeOf(sandbox, 'a.yaml'), 0);
  });

  it('is needed for functions, servers and tools too, not for prompts', async () => {
    const tool =
      'tools: { t: { description: d, run: echo } }\nmodel: echo/prompt\nsteps:\n  - { objective: "{input}", tools: [t] }\n';
    const server =
      'mcp: { s: { command: node, args: [s.mjs] } }\nmodel: echo/prompt\nsteps:\n  - { objective: "{input}", tools: ["s.*"] }\n';
    const sandbox = open({
      'f.yaml': FUNCTION,
      'lib/clean.mjs': 'export const clean = (text) => text;\n',
      't.yaml': tool,
      's.yaml': server,
      'p.yaml': 'model: echo/prompt\nsteps: ["{input}"]\n',
    });
    for (const [file, line] of [
      ['f.yaml', 'function clean: ./lib/clean.mjs#clean'],
      ['t.yaml', 'command  tool t: echo'],
      ['s.yaml', 'server   s: node s.mjs'],
    ] as const) {
      const { code, stderr } = await sandbox.run(['run', file], { ...UNTRUSTED, stdin: 'x' });
      assert.deepEqual([code, stderr.includes(line)], [8, true], stderr);
    }
    assert.equal(await codeOf(sandbox, 'p.yaml'), 0);
  });

  it('is not asked for what comes with the program', async () => {
    const sandbox = open({});
    assert.equal(await codeOf(sandbox, join(packageDir, 'chains/llm-function-llm.yaml'), '-m', 'echo/x'), 0);
  });

  it('is asked for at a terminal: no runs nothing, yes is remembered, f is for the folder', async () => {
    const sandbox = open({ 'a.yaml': COMMAND, 'b.yaml': COMMAND });
    const answer = async (file: string, text: string) => {
      const live = onTerminal(sandbox, `promptchain run ${file}`, UNTRUSTED);
      await live.saw('stdout', 'until it changes?');
      live.child.stdin?.write(text);
      return await live.ended;
    };
    const no = await answer('a.yaml', '\n');
    assert.deepEqual([no.code, no.stdout.includes('nothing was run')], [1, true], no.stdout);
    assert.throws(() => statSync(sandbox.path('ran.txt')));
    assert.equal((await answer('a.yaml', 'y\n')).code, 0);
    assert.equal(await codeOf(sandbox, 'a.yaml'), 0);
    assert.equal(await codeOf(sandbox, 'b.yaml'), 8);
    rmSync(sandbox.path('a.yaml'));
    assert.equal((await answer('b.yaml', 'f\n')).code, 0);
    sandbox.write({ 'c.yaml': COMMAND });
    assert.equal(await codeOf(sandbox, 'c.yaml'), 0);
  });

  it('shows no control sequences of a chain', async () => {
    const sandbox = open({ 'a.yaml': 'steps:\n  - run: "echo \\e[2J\\e[31mx\\nsecond"\n' });
    const { stderr } = await sandbox.run(['run', 'a.yaml'], { ...UNTRUSTED, stdin: 'x' });
    assert.ok(!stderr.includes('\u001b'), stderr);
    assert.ok(stderr.includes('second'));
  });
});

describe('init', () => {
  it('trusts the folder it made, and not one that was there', async () => {
    using sandbox = openSandbox({ 'cloned/evil.yaml': COMMAND });
    await sandbox.run(['init', 'fresh'], UNTRUSTED);
    await sandbox.run(['init', 'cloned'], UNTRUSTED);
    sandbox.write({ 'fresh/mine.yaml': COMMAND });
    assert.equal((await sandbox.run(['run', 'fresh/mine.yaml'], UNTRUSTED)).code, 0);
    assert.equal((await sandbox.run(['run', 'cloned/evil.yaml'], UNTRUSTED)).code, 8);
  });
});
