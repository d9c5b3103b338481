import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LoadOptions } from '../../src/chain/options.ts';
import { chainOf, check, told } from './checking.ts';

/** The id and the parameters of the model of each step. */
function models(text: string, options: Partial<LoadOptions> = {}): string[] {
  return chainOf(text, options).steps.map(({ body }) => `${body.model?.id} ${JSON.stringify(body.model?.params)}`);
}

const ALIASES = 'models:\n  fast: echo/fast\n  smart: {model: echo/smart, temperature: 0.2, max_tokens: 9}\n';

describe('models', () => {
  it('come from the step, the list, the chain, the default, in this order', () => {
    assert.deepEqual(models(`${ALIASES}model: fast\nsteps: ["{input}", {prompt: "{input}", model: smart, temperature: 0.9}]`), [
      'echo/fast {}',
      'echo/smart {"temperature":0.9,"max_tokens":9}',
    ]);
    assert.deepEqual(models('models: [echo/a, echo/b]\nmodel: echo/c\nsteps: ["{input}", {set: x}, {prompt: "{input}"}]'), [
      'echo/a {}',
      'undefined undefined',
      'echo/b {}',
    ]);
    assert.deepEqual(models('models: [echo/a]\nsteps: ["{input}", "{input}"]'), ['echo/a {}', 'echo/a {}']);
    assert.deepEqual(models('steps: ["{input}"]'), ['auto {}']);
    assert.deepEqual(models('steps: ["{input}"]', { model: { default: 'echo/d' } }), ['echo/d {}']);
  });

  it('give way to the command line', () => {
    const text = `${ALIASES}model: fast\nsteps: [{id: a, prompt: "{input}", temperature: 1}, {id: b, prompt: "{input}"}]`;
    assert.deepEqual(models(text, { model: { override: 'smart' } }), [
      'echo/smart {"temperature":1,"max_tokens":9}',
      'echo/smart {"temperature":0.2,"max_tokens":9}',
    ]);
    assert.deepEqual(models(text, { model: { steps: { b: 'echo/z' } } }), ['echo/fast {"temperature":1}', 'echo/z {}']);
    assert.deepEqual(told(text, { model: { steps: { c: 'echo/z' } } }), [
      'PC1116 5:1 the command line gives step "c" a model, but the chain has no such step',
    ]);
    const groups = 'model: echo/a\nsteps: [{id: p, parallel: {a: "{input}", b: {id: c, prompt: "{input}"}}}, {id: d, run: cat}]';
    const [group] = chainOf(groups, { model: { steps: { a: 'echo/x', c: 'echo/y' } } }).steps;
    assert.deepEqual(
      group?.body.parts?.map(({ steps }) => steps[0]?.body.model?.id),
      ['echo/x', 'echo/y'],
    );
    for (const id of ['p', 'd']) {
      assert.deepEqual(told(groups, { model: { steps: { [id]: 'echo/z' } } }), [
        `PC1116 2:1 the command line gives step "${id}" a model, but that step asks none`,
      ]);
    }
    assert.deepEqual(told(text, { model: { override: 'echo', steps: { b: 'echo/' } } }), [
      'PC1116 2:3 on the command line: there is no model "echo"',
      'PC1116 2:3 on the command line: "echo/" names a provider but no model',
    ]);
  });

  it('keep keys out of addresses, which a host would see without being sent one', () => {
    const text = (url: string) => `models: {m: {model: ollama/x, base_url: "${url}"}}\nmodel: m\nsteps: ["{input}"]`;
    const env = { OPENAI_API_KEY: 'sk-test-0123456789', HOST: 'h.example' };
    for (const written of ['${OPENAI_API_KEY}', '${OPENAI_API_KEY:-x}', '${OPENAI_API_KEY?}']) {
      assert.deepEqual(told(text(`https://\${HOST}/${written}/v1`), { env }), [
        'PC1117 1:41 "base_url" would send OPENAI_API_KEY as a part of the address',
      ]);
    }
    assert.deepEqual(told(text('https://${HOST}/v1'), { env }), []);
  });

  it('count as many as there are prompt steps', () => {
    assert.deepEqual(told('models: [echo/a, echo/b]\nsteps: ["{input}", {set: x, id: s}, {steps: ["{input}", "{input}"]}]'), [
      'PC1202 1:9 there are 2 models for 3 prompt steps',
    ]);
  });

  it('that are unknown get a suggestion, or the form a name has', () => {
    const [slip] = check(`${ALIASES}steps: [{prompt: "{input}", model: samrt}]`).problems;
    assert.deepEqual([slip?.code, slip?.message, slip?.label], ['PC1201', 'there is no model "samrt"', 'did you mean "smart"?']);
    assert.match(slip?.help ?? '', /one of fast, smart, or provider\/model/);
    assert.deepEqual(told('model: gpt-4o\nsteps: ["{input}"]'), ['PC1201 1:8 the model "gpt-4o" has no provider']);
    const [provider] = check('model: opnai/gpt-4o\nsteps: ["{input}"]', { providers: ['openai', 'anthropic'] }).problems;
    assert.deepEqual([provider?.message, provider?.label], ['there is no provider "opnai"', 'did you mean "openai"?']);
    assert.deepEqual(
      told('models: {a: {model: mine/x, base_url: "http://localhost:1/v1"}}\nmodel: a\nsteps: ["{input}"]', {
        providers: ['openai'],
      }),
      [],
    );
    assert.deepEqual(
      told('model: echo/x\nsteps: [{prompt: "{input}", model: offline/extractive}, {prompt: "{input}", model: auto}]', {
        providers: ['openai'],
      }),
      [],
    );
  });

  it('never hold a key', () => {
    assert.deepEqual(told('models: {a: {model: openai/x, api_key: sk-123}}\nmodel: a\nsteps: ["{input}"]'), [
      'PC1112 1:40 a key does not belong in a chain file',
    ]);
    assert.deepEqual(told('models: {a: {model: openai/x, api_key_env: sk-123}}\nmodel: a\nsteps: ["{input}"]'), [
      'PC1112 1:44 "api_key_env" must be the name of an environment variable, not a key',
    ]);
    for (const key of ['api_key: "${MY_KEY}"', 'api_key_env: MY_KEY']) {
      const chain = chainOf(`models: {a: {model: openai/x, ${key}}}\nmodel: a\nsteps: ["{input}"]`);
      assert.equal(chain.uses.models[0]?.apiKeyEnv, 'MY_KEY');
    }
  });

  it('expand variables in base_url as compose does', () => {
    const url = (written: string, env: Record<string, string> = {}) =>
      check(`models: {a: {model: x/y, base_url: "${written}"}}\nmodel: a\nsteps: ["{input}"]`, { env });
    assert.equal(url('${BASE}/v1', { BASE: 'http://h:1' }).chain?.uses.models[0]?.baseUrl, 'http://h:1/v1');
    assert.equal(url('${BASE:-http://d:2}/v1', { BASE: '' }).chain?.uses.models[0]?.baseUrl, 'http://d:2/v1');
    assert.equal(url('http://h/${A:+on}${B:+off}$$x', { A: '1' }).chain?.uses.models[0]?.baseUrl, 'http://h/on$x');
    assert.deepEqual(
      url('${BASE:?where the model is}').problems.map(({ message }) => message),
      ['the environment variable BASE is not set: where the model is'],
    );
    assert.equal(url('${BASE}').problems[0]?.severity, 'warning');
    assert.equal(url('${not a name}').problems[0]?.code, 'PC1113');
    assert.equal(url('ftp://x').problems[0]?.code, 'PC1101');
  });
});

describe('the environment of a command', () => {
  it('warns of a variable that is not set, at its place', () => {
    assert.deepEqual(told('steps:\n  - run: env\n    env: { A: "x${X}" }\n'), [
      'PC1113 3:17 the environment variable X is not set: it is taken as empty',
    ]);
    assert.deepEqual(
      told('steps:\n  - run: env\n    env: { A: "x${X}", B: "{inputs.no}${X}" }\n', { env: { X: '{inputs.brought}' } }),
      ['PC3004 3:36 the chain has no input "no"'],
    );
  });
});
