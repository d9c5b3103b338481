import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { defaultModel, loadConfig } from '../../src/cli/config.ts';
import { ChainError } from '../../src/core/errors.ts';
import type { Problem } from '../../src/core/problem.ts';

const root = mkdtempSync(join(tmpdir(), 'config-'));
after(() => rmSync(root, { recursive: true, force: true }));

let trees = 0;
/** Writes the files (a name that ends with `/` is a folder) and gives the tree's root. */
function tree(files: Readonly<Record<string, string>>): string {
  const base = join(root, String(trees++));
  mkdirSync(base);
  for (const [name, text] of Object.entries(files)) {
    const path = join(base, name);
    mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true });
    if (!name.endsWith('/')) writeFileSync(path, text);
  }
  return base;
}

const load = (base: string, cwd = '.') => loadConfig({ cwd: join(base, cwd), configDir: join(base, 'user') });

async function problemsOf(files: Readonly<Record<string, string>>): Promise<readonly Problem[]> {
  try {
    await load(tree(files));
  } catch (error) {
    assert.ok(error instanceof ChainError);
    return error.problems;
  }
  return assert.fail('it was accepted');
}

describe('configuration', () => {
  it('is empty when there is none', async () => {
    assert.deepEqual(await load(tree({})), { files: [] });
  });

  it('puts the project over the user, setting by setting', async () => {
    const base = tree({
      'promptchain.config.yaml': 'model: openai/gpt-4o-mini\n',
      'user/config.yaml': 'model: echo/x\nmemory: mine\ncolor: never\n',
    });
    const { files, ...settings } = await load(base);
    assert.deepEqual(settings, { model: 'openai/gpt-4o-mini', memory: 'mine', color: 'never' });
    assert.deepEqual(files, [join(base, 'promptchain.config.yaml'), join(base, 'user/config.yaml')]);
  });

  it('finds the project file above the working folder, up to the root of the repository', async () => {
    const inside = tree({ 'repo/.git/': '', 'repo/promptchain.config.yaml': 'model: echo/x\n', 'repo/a/b/': '' });
    assert.equal((await load(inside, 'repo/a/b')).model, 'echo/x');
    const outside = tree({ 'promptchain.config.yaml': 'model: echo/x\n', 'repo/.git/': '', 'repo/a/': '' });
    assert.equal((await load(outside, 'repo/a')).model, undefined);
  });

  it('looks at nothing above the working folder outside a repository', async () => {
    assert.equal((await load(tree({ 'promptchain.config.yaml': 'model: echo/x\n', 'a/': '' }), 'a')).model, undefined);
  });

  it('takes the nearest project file', async () => {
    const base = tree({
      '.git': 'gitdir: elsewhere\n',
      'promptchain.config.yaml': 'model: echo/far\n',
      'a/promptchain.config.yaml': 'model: echo/near\n',
    });
    assert.equal((await load(base, 'a')).model, 'echo/near');
  });

  it('takes env_file relative to the file that says it', async () => {
    const base = tree({ '.git/': '', 'promptchain.config.yaml': 'env_file: keys/dev.env\n', 'a/': '' });
    assert.equal((await load(base, 'a')).envFile, join(base, 'keys/dev.env'));
    assert.equal((await load(tree({ 'user/config.yaml': 'env_file: false\n' }))).envFile, false);
  });

  it('accepts an empty file and one of comments', async () => {
    assert.equal((await load(tree({ 'promptchain.config.yaml': '' }))).files.length, 1);
    assert.equal((await load(tree({ 'promptchain.config.yaml': '# model: x\n' }))).files.length, 1);
  });

  it('refuses what only a user may set in the file of a project', async () => {
    const [problem] = await problemsOf({ 'promptchain.config.yaml': 'model: echo/x\ncolor: never\n' });
    assert.equal(problem?.code, 'PC1905');
    assert.match(problem?.message ?? '', /"color" cannot be set by a project/);
    assert.deepEqual([problem?.position.line, problem?.position.column, problem?.position.length], [2, 1, 5]);
  });

  it('takes providers and hosts from the user alone', async () => {
    const text =
      'providers: { openai: { api_key_command: [pass, show, openai], base_url: "https://gateway.example/v1" } }\nallow_hosts: [gateway.example]\n';
    const config = await load(tree({ 'user/config.yaml': text }));
    assert.deepEqual(config.providers, {
      openai: { api_key_command: ['pass', 'show', 'openai'], base_url: 'https://gateway.example/v1' },
    });
    assert.deepEqual(config.allowHosts, ['gateway.example']);
    const problems = await problemsOf({ 'promptchain.config.yaml': text });
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['PC1905', 'PC1905'],
    );
  });

  it('points at a nested setting', async () => {
    const problems = await problemsOf({
      'user/config.yaml': 'providers:\n  openai:\n    base_url: ftp://x\n    api_keyenv: X\n',
    });
    assert.deepEqual(
      problems.map(({ code, position, label }) => [code, position.line, position.column, label]),
      [
        ['PC1904', 3, 15, undefined],
        ['PC1903', 4, 5, 'did you mean "api_key_env"?'],
      ],
    );
    assert.match(problems[1]?.message ?? '', /"providers\.openai\.api_keyenv"/);
  });

  it('refuses an env file outside the folder of the project', async () => {
    for (const file of ['../secrets.env', '/etc/environment']) {
      const [problem] = await problemsOf({ 'promptchain.config.yaml': `env_file: ${file}\n` });
      assert.equal(problem?.code, 'PC1905');
    }
  });

  for (const setting of [
    'api_key_command: [cat, k]',
    'base_url: http://x',
    'trust: all',
    '__proto__: {model: x}',
    'constructor: 1',
  ]) {
    it(`refuses ${setting}`, async () => {
      for (const file of ['promptchain.config.yaml', 'user/config.yaml']) {
        const [problem] = await problemsOf({ [file]: `${setting}\n` });
        assert.equal(problem?.code, 'PC1903');
        assert.equal(problem?.position.line, 1);
      }
    });
  }

  it('tells all that is wrong in one file, in the same run', async () => {
    const problems = await problemsOf({ 'promptchain.config.yaml': 'modle: x\ncolor: never\nenv_file: ../x\n' });
    assert.deepEqual(
      problems.map(({ code, position }) => [code, position.line]),
      [
        ['PC1903', 1],
        ['PC1905', 2],
        ['PC1905', 3],
      ],
    );
    assert.doesNotMatch(problems[0]?.help ?? '', /color/);
  });

  it('suggests the setting that was meant', async () => {
    const [problem] = await problemsOf({ 'promptchain.config.yaml': 'modle: echo/x\n' });
    assert.equal(problem?.label, 'did you mean "model"?');
  });

  it('tells every problem of both files at once, each at its place', async () => {
    const problems = await problemsOf({
      'promptchain.config.yaml': 'model: 3\nmemory: ""\n',
      'user/config.yaml': '\ncolor: pink\n',
    });
    assert.deepEqual(
      problems.map(({ code, position }) => [code, position.line, position.column]),
      [
        ['PC1904', 1, 8],
        ['PC1904', 2, 9],
        ['PC1904', 2, 8],
      ],
    );
  });

  for (const [what, text] of [
    ['broken YAML', 'model: [\n'],
    ['a list', '- model\n'],
    ['a text', 'model\n'],
    ['two documents', 'model: echo/x\n---\nmodel: echo/y\n'],
    ['a duplicate key', 'model: echo/x\nmodel: echo/y\n'],
    ['depth', `model: ${'['.repeat(5000)}\n`],
    ['aliases', 'model: &a echo/x\nmemory: *a\n'],
  ] as const) {
    it(`refuses ${what} with a position`, async () => {
      const [problem] = await problemsOf({ 'promptchain.config.yaml': text });
      assert.equal(problem?.code, 'PC1902');
      assert.ok(problem.position.line >= 1 && problem.position.column >= 1);
    });
  }

  it('refuses a file too large to be one', async () => {
    const [problem] = await problemsOf({ 'promptchain.config.yaml': `#${'x'.repeat(70_000)}\n` });
    assert.equal(problem?.code, 'PC1901');
  });

  it('has PROMPTCHAIN_MODEL over the files', () => {
    const config = { model: 'echo/file', files: [] };
    assert.equal(defaultModel(config, { PROMPTCHAIN_MODEL: 'echo/env' }), 'echo/env');
    assert.equal(defaultModel(config, { PROMPTCHAIN_MODEL: '' }), 'echo/file');
    assert.equal(defaultModel({ files: [] }, {}), undefined);
  });
});
