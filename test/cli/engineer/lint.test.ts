import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openSandbox } from '../sandbox.ts';

const CHAIN = `model: echo/x
inputs:
  tone: {type: string, default: kind}
steps:
  - id: draft
    prompt: |
      Write a letter.
      TODO: the tone

      {input}
  - id: last
    prompt: {file: last.md}
`;

describe('engineer lint', () => {
  it('names what it finds, in every step, and exits with 5', async () => {
    using sandbox = openSandbox({ 'chain.yaml': CHAIN, 'last.md': 'Polish it as described above:\n{input}\n' });
    const { code, stdout, stderr } = await sandbox.run(['engineer', 'lint', 'chain.yaml']);
    assert.equal(code, 5);
    assert.equal(
      stdout,
      [
        'chain.yaml#draft: medium {inputs.tone} is never used; put {inputs.tone} where the model needs it (unused-input)',
        'chain.yaml#draft:2: high something was left to do: "TODO: the tone"; write it or take it out (todo)',
        'chain.yaml#last:1: medium it refers to something that may not be there: "as described above"; say it again, or name the section (nowhere-reference)',
        '',
      ].join('\n'),
    );
    assert.equal(stderr, '2 prompts, 3 findings\n');
  });

  it('exits with 0 when nothing is worse than low', async () => {
    using sandbox = openSandbox({ 'a.md': 'Sum it up.\n\n{input}\n', 'b.txt': 'Sum {input} up.\n' });
    const clean = await sandbox.run(['engineer', 'lint', 'a.md', 'b.txt']);
    assert.deepEqual([clean.code, clean.stdout.split('\n').length], [0, 2]);
  });

  it('prints JSON, and reads stdin', async () => {
    using sandbox = openSandbox();
    const { code, stdout, stderr } = await sandbox.run(['engineer', 'lint', '-', '--json'], { stdin: 'TODO\n' });
    assert.deepEqual([code, stderr], [5, '']);
    const { prompts, exit_code: exitCode } = JSON.parse(stdout);
    assert.deepEqual(
      [exitCode, prompts[0].target, prompts[0].findings[0].rule, prompts[0].findings[0].line],
      [5, '-', 'todo', 1],
    );
  });
});

describe('engineer techniques', () => {
  it('lists them and shows one', async () => {
    using sandbox = openSandbox();
    const list = await sandbox.run(['engineer', 'techniques']);
    assert.equal(list.code, 0);
    for (const name of ['few_shot\\[:count\\]', 'role_playing:profession', 'delimiters', 'migrate:family'])
      assert.match(list.stdout, new RegExp(`^  ${name} `, 'm'));
    assert.equal(JSON.parse((await sandbox.run(['engineer', 'techniques', '--json'])).stdout).length, 27);
    const one = await sandbox.run(['engineer', 'techniques', 'grounding']);
    assert.match(one.stdout, /^Grounding \(grounding\): .*\n {2}when: .*\n {2}not when: /);
    const none = await sandbox.run(['engineer', 'techniques', 'grouding']);
    assert.deepEqual([none.code, /did you mean "grounding"/.test(none.stderr)], [2, true]);
  });

  it('of those that edit a prompt none can be added to a step', async () => {
    using sandbox = openSandbox({ 'chain.yaml': 'model: echo/x\nsteps: [{prompt: "{input}", techniques: [compress]}]\n' });
    const { code, stderr } = await sandbox.run(['run', 'chain.yaml', '-i', 'x']);
    assert.equal(code, 3);
    assert.match(stderr, /"compress" edits a prompt[\s\S]*engineer improve --techniques compress/);
  });

  it('every pattern of the catalogue finds its own kind, and none a plain prompt', async () => {
    using sandbox = openSandbox();
    const all: { name: string; detect: string[] }[] = JSON.parse(
      (await sandbox.run(['engineer', 'techniques', '--json'])).stdout,
    );
    const plain = 'Summarise the ticket in German. Name the customer.\n\n{input}';
    const found = all.filter(({ detect }) => detect.some((source) => new RegExp(source, 'im').test(plain)));
    assert.deepEqual(found, []);
  });
});
