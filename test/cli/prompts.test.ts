import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { packageDir } from '../package/package-dir.ts';
import { openSandbox } from './sandbox.ts';

const shipped = (folder: string) => readdirSync(join(packageDir, 'prompts', folder)).map((file) => file.replace('.md', ''));

describe('promptchain prompts', () => {
  it('lists every shipped technique and strategy', async () => {
    using sandbox = openSandbox();
    const { code, stdout, stderr } = await sandbox.run(['prompts', 'list']);
    assert.deepEqual([code, stderr], [0, '']);
    for (const name of [...shipped('techniques'), ...shipped('strategies')])
      assert.match(stdout, new RegExp(`^  ${name}[\\[: ]`, 'm'));
    assert.doesNotMatch(stdout, /Prompt files/);
  });

  it('lists the prompt files of the folder it runs in', async () => {
    using sandbox = openSandbox({ 'prompts/review.md': '---\ndescription: Find defects\n---\nReview {input}\n' });
    const { stdout } = await sandbox.run(['prompts', 'list']);
    assert.match(stdout, /^Prompt files.*\n {2}review {2}Find defects$/m);
  });

  it('lists prompt files in folders below and with other endings, under the id a chain uses', async () => {
    using sandbox = openSandbox({
      'prompts/notes/digest.txt': 'Digest {input}\n',
      'prompts/plain.json': '{"a": 1}\n',
      'chain.yaml': 'model: echo/x\nsteps: [{ prompt: { id: digest } }]\n',
    });
    const { stdout } = await sandbox.run(['prompts', 'list', '--json']);
    assert.deepEqual(
      JSON.parse(stdout).files.map(({ name }: { name: string }) => name),
      ['digest', 'plain'],
    );
    assert.equal((await sandbox.run(['prompts', 'show', 'digest'])).stdout, 'Digest {input}\n');
    assert.equal((await sandbox.run(['run', 'chain.yaml', '-i', 'x'])).stdout, 'Digest x\n');
  });

  it('has a technique of the folder go over the shipped one', async () => {
    using sandbox = openSandbox({ 'prompts/techniques/step_by_step.md': '---\ndescription: Ours\n---\nOur way.\n' });
    assert.equal((await sandbox.run(['prompts', 'show', 'step_by_step'])).stdout, 'Our way.\n');
  });

  it('prints the text on stdout and what it is on stderr', async () => {
    using sandbox = openSandbox({ 'prompts/review.md': '---\ndescription: Find defects\n---\nReview this:\n{input}\n' });
    const { code, stdout, stderr } = await sandbox.run(['prompts', 'show', 'review']);
    assert.deepEqual([code, stdout], [0, 'Review this:\n{input}\n']);
    assert.match(stderr, /^file review: Find defects\nprompts\/review\.md\n/);
  });

  it('prints JSON with --json', async () => {
    using sandbox = openSandbox();
    const list = JSON.parse((await sandbox.run(['prompts', 'list', '--json'])).stdout);
    assert.equal(list.techniques.length, shipped('techniques').length);
    assert.equal(list.strategies.length, shipped('strategies').length);
    assert.deepEqual(list.files, []);
    const one = JSON.parse((await sandbox.run(['prompts', 'show', 'few_shot', '--json'])).stdout);
    assert.deepEqual([one.kind, one.name, one.parameter.name], ['technique', 'few_shot', 'count']);
  });

  it('suggests the name that was meant, exit 2', async () => {
    using sandbox = openSandbox();
    const { code, stdout, stderr } = await sandbox.run(['prompts', 'show', 'step-by-stp']);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /did you mean "promptchain prompts show step_by_step"\?/);
  });

  it('suggests the verb that was meant, exit 2', async () => {
    using sandbox = openSandbox();
    const { code, stderr } = await sandbox.run(['prompts', 'lst']);
    assert.equal(code, 2);
    assert.match(stderr, /did you mean "promptchain prompts list"\?/);
  });

  it('tells a prompt file that cannot be used', async () => {
    using sandbox = openSandbox({ 'prompts/techniques/broken.md': '---\nnonsense: [\n---\nx\n' });
    const { code, stderr } = await sandbox.run(['prompts', 'list']);
    assert.notEqual(code, 0);
    assert.match(stderr, /broken\.md/);
  });
});
