import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseDocument } from 'yaml';
import { migrated, ORIGINS } from '../../src/cli/migrate/convert.ts';
import { CATEGORIES } from '../chain/generated-files.ts';
import { createRandom } from '../chain/generated-pieces.ts';
import { packageDir } from '../package/package-dir.ts';
import { openSandbox } from './sandbox.ts';

const DIR = join(packageDir, 'test/fixtures/migrate');
const read = (name: string): string => readFileSync(join(DIR, name), 'utf8');

/** Files of other tools, each with the chain it becomes, and what is still to be done there. */
const FILES: readonly (readonly [file: string, chain: string, code: number, todos: readonly RegExp[]])[] = [
  [
    'goose.yaml',
    'goose.chain.yaml',
    0,
    [/^goose\.yaml:22: .*--var-file/, /^goose\.yaml:36: .*developer/, /:42: "activities"/, /:5: \{% if/],
  ],
  ['stored.json', 'stored.chain.yaml', 0, []],
  ['original.json', 'original.chain.yaml', 3, [/:3: foo of/, /:6: write "clean_text"/]],
];

describe('promptchain migrate', () => {
  for (const [file, chain, code, todos] of FILES) {
    it(`makes a chain of ${file}, with what is left to do in it and on stderr`, async () => {
      using sandbox = openSandbox({ [file]: read(file) });
      const { stdout, stderr, ...ended } = await sandbox.run(['migrate', file]);
      assert.equal(stdout, read(chain));
      assert.equal(ended.code, code, stderr);
      const told = stderr.split('\n').flatMap((line) => (line.startsWith('todo: ') ? [line.slice(6)] : []));
      assert.equal(told.length, todos.length, stderr);
      for (const [index, todo] of todos.entries()) assert.match(told[index] ?? '', todo);
    });
  }

  it('says exactly what a chain still needs, with its line there', async () => {
    using sandbox = openSandbox({ 'old.json': read('original.json') });
    const { code, stderr } = await sandbox.run(['migrate', 'old.json', '-o', 'chain.yaml']);
    assert.equal(code, 3);
    assert.match(stderr, /error\[PC1311\].*functions\.mjs.*\n +--> chain\.yaml:\d+:15\n/);
    assert.match(stderr, /\n\d+ things are left to do in chain\.yaml\n$/);
    const validated = await sandbox.run(['validate', 'chain.yaml']);
    assert.deepEqual(
      [...stderr.matchAll(/chain\.yaml:\d+:\d+/g)].map(String),
      [...validated.stderr.matchAll(/chain\.yaml:\d+:\d+/g)].map(String),
    );
  });

  it('puts the agents of a workflow into the order of its routes, a way back into a loop', async () => {
    using sandbox = openSandbox({ 'w.yaml': read('conductor.yaml') });
    const { code, stdout, stderr } = await sandbox.run(['migrate', 'w.yaml']);
    assert.equal(stdout, read('conductor.chain.yaml'));
    assert.equal(code, 0, stderr);
  });

  it('loses no comment', async () => {
    for (const name of readdirSync(DIR).filter((each) => !each.endsWith('.chain.yaml') && each !== 'stored.json')) {
      const comments = [...read(name).matchAll(/(?:^|\s)(# .*)$/gm)].map(([, comment = '']) => comment.trim());
      assert.ok(comments.length > 0, name);
      const chain = read(name.replace(/\.\w+$/, '.chain.yaml'));
      for (const comment of comments) assert.ok(chain.includes(comment), `${name}: ${comment}`);
    }
  });

  it('a recipe that became a chain runs', async () => {
    using sandbox = openSandbox({
      'recipe.yaml':
        'title: Greet\ndescription: d\nprompt: "Hello {{ who }}, {input} is text"\nparameters: [{ key: who, input_type: string, requirement: required, description: d }]\n',
    });
    assert.equal((await sandbox.run(['migrate', 'recipe.yaml', '-o', 'chain.yaml'])).code, 0);
    const { code, stdout } = await sandbox.run(['run', 'chain.yaml', '--model', 'echo/x', '--var', 'who=Ann']);
    assert.deepEqual([code, stdout], [0, 'Hello Ann, {input} is text\n']);
  });

  it('replaces a file only with --force, and reads stdin', async () => {
    using sandbox = openSandbox({ 'chain.yaml': 'mine\n' });
    const stdin = '{ "models": ["echo/x"], "instructions": ["Say: {input}"] }';
    assert.equal((await sandbox.run(['migrate', '-', '-o', 'chain.yaml'], { stdin })).code, 2);
    assert.equal(readFileSync(sandbox.path('chain.yaml'), 'utf8'), 'mine\n');
    const { code, stdout } = await sandbox.run(['migrate', '-', '-o', 'chain.yaml', '--force'], { stdin });
    assert.deepEqual([code, stdout], [0, '']);
    assert.equal((await sandbox.run(['run', 'chain.yaml', '-i', 'hi'])).stdout, 'Say: hi\n');
  });

  it('says so when a file is of no tool it knows, or is not YAML', async () => {
    using sandbox = openSandbox({ 'a.yaml': 'steps: ["{input}"]\n', 'b.yaml': 'a: [\n' });
    const unknown = await sandbox.run(['migrate', 'a.yaml']);
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /--from: original, goose, conductor/);
    assert.equal((await sandbox.run(['migrate', 'b.yaml'])).code, 3);
    assert.equal((await sandbox.run(['migrate', 'no.yaml'])).code, 2);
  });

  it('makes YAML of whatever it is given', () => {
    const random = createRandom(20_261_129);
    for (const name of ['valid', 'wrong values', 'broken lines', 'duplicate keys', 'many things']) {
      for (let file = 0; file < 20; file += 1) {
        const text = CATEGORIES[name]?.(random) ?? '';
        const document = parseDocument(text, { uniqueKeys: false });
        if (document.errors.length > 0) continue;
        for (const origin of ORIGINS) {
          const chain = migrated(text, document, origin)?.text ?? '';
          assert.deepEqual(parseDocument(chain).errors, [], chain);
        }
      }
    }
  });
});
