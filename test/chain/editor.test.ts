import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { isJsonObject, type JsonObject } from '../../src/core/json.ts';
import { KINDS } from '../../src/steps/index.ts';
import { PACKAGE_DIR } from './checking.ts';
import { type Offer, openLanguageServer } from './language-server.ts';

const SCHEMA = join(PACKAGE_DIR, 'schema/chain.schema.json');
const schema = JSON.parse(readFileSync(SCHEMA, 'utf8')) as { readonly definitions: { readonly [name: string]: JsonObject } };

describe('in an editor, the YAML language server with the schema', () => {
  it('offers every kind of step after a dash, each with its example', async () => {
    await using server = await openLanguageServer(SCHEMA, 'steps:\n  - \n');
    const offers = await server.completion(1, 4);
    for (const { key, summary } of KINDS) {
      const snippet = offers.find(({ label }) => label === `${key}: …`);
      assert.ok(snippet?.insertText?.includes(`${key}:`), `${key}: ${snippet?.insertText}`);
      assert.ok(documentation(snippet).includes(summary), documentation(snippet));
    }
  });

  it('offers the keys that fit the kind of the step, and the choices of a key', async () => {
    await using server = await openLanguageServer(SCHEMA, 'steps:\n  - run: date\n    \n    parse: \n');
    const keys = (await server.completion(2, 4)).map(({ label }) => label);
    for (const key of ['env', 'shell', 'timeout', 'on_error']) assert.ok(keys.includes(key), key);
    for (const key of ['temperature', 'max_steps', 'cases']) assert.ok(!keys.includes(key), key);
    assert.deepEqual((await server.completion(3, 11)).map(({ label }) => label).sort(), ['json', 'lines', 'text']);
  });

  it('offers steps inside of branches', async () => {
    await using server = await openLanguageServer(SCHEMA, 'steps:\n  - parallel:\n      one:\n        - \n');
    const labels = (await server.completion(3, 10)).map(({ label }) => label);
    for (const { key } of KINDS) assert.ok(labels.includes(`${key}: …`), key);
  });

  it('tells what a key is for, with an example', async () => {
    await using server = await openLanguageServer(SCHEMA, 'steps:\n  - prompt: "{input}"\n    retry: 3\n');
    const hover = await server.hover(2, 6);
    assert.match(hover, /how often the step is tried in all/);
    assert.match(hover, /rate\\?_limit/);
  });

  it('underlines a wrong key and a wrong value, and nothing of a right file', async () => {
    await using wrong = await openLanguageServer(SCHEMA, 'naem: x\nsteps:\n  - { prompt: "{input}", temperature: hot }\n');
    const places = (await wrong.problems).map(({ range: { start } }) => [start.line, start.character]);
    assert.deepEqual(places.sort(), [
      [0, 0],
      [2, 38],
    ]);
    const text = readFileSync(join(PACKAGE_DIR, 'chains/hello.yaml'), 'utf8').replace(/^#.*\n/, '');
    await using right = await openLanguageServer(SCHEMA, text);
    assert.deepEqual(await right.problems, []);
  });
});

describe('the schema', () => {
  const isChain = new Ajv({ strict: false, allowUnionTypes: true }).compile(schema);

  it('is met by every example', () => {
    for (const name of readdirSync(join(PACKAGE_DIR, 'chains')).filter((file) => file.endsWith('.yaml'))) {
      const chain: unknown = parse(readFileSync(join(PACKAGE_DIR, 'chains', name), 'utf8'));
      assert.equal(isChain(chain), true, `${name}: ${JSON.stringify(isChain.errors?.[0])}`);
    }
  });

  it('has a description for every key, and snippets and examples that meet it', () => {
    const { definitions, ...root } = schema;
    for (const [name, definition] of Object.entries({ chain: root as JsonObject, ...definitions })) {
      if (!isJsonObject(definition.properties)) continue;
      for (const [key, property] of Object.entries(definition.properties)) {
        assert.ok(isJsonObject(property) && typeof property.description === 'string', `${name}.${key}`);
        for (const example of Array.isArray(property.examples) ? property.examples : []) {
          const isProperty: ValidateFunction = new Ajv({ strict: false }).compile({ ...property, definitions });
          assert.equal(isProperty(example), true, `${name}.${key}: ${JSON.stringify(example)}`);
        }
      }
      for (const { body } of (definition.defaultSnippets ?? []) as unknown as { readonly body: unknown }[]) {
        assert.equal(isChain({ steps: [body] }), true, JSON.stringify(body));
      }
    }
  });

  it('refuses the file full of mistakes', () => {
    const marked = readFileSync(join(PACKAGE_DIR, 'test/fixtures/mistakes/planted.yaml'), 'utf8');
    const text = marked.replaceAll(/⟨PC\d{4}⟩/g, '').replace('prompt: Note the facts: {input}', 'prompt: x');
    assert.equal(isChain(parse(text.replace('*everything', 'x'), { uniqueKeys: false, logLevel: 'silent' })), false);
  });
});

function documentation(offer: Offer | undefined): string {
  const words = offer?.documentation;
  return typeof words === 'string' ? words : (words?.value ?? '');
}
