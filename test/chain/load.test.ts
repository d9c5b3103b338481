import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadChain } from '../../src/chain/load.ts';
import { ChainError } from '../../src/core/errors.ts';
import { BASE, chainOf, check, checkFile, folder, told, whole } from './checking.ts';

describe('loading', () => {
  it('gives the chain with what it is and where it stands', (test) => {
    const text =
      'name: n\ndescription: d\nsecrets: [A_TOKEN]\nallow_empty: true\nmemory: {namespace: "a:{inputs.t}", max: 4}\ninputs: {t: {default: x}}\nsteps: ["{input}"]\noutput: {a: "{input}"}\n';
    const dir = folder(test, { 'sub/a.yaml': text });
    const chain = whole(checkFile(dir, 'sub/a.yaml'));
    assert.deepEqual(
      [chain.name, chain.description, chain.file, chain.dir],
      ['n', 'd', join(dir, 'sub/a.yaml'), join(dir, 'sub')],
    );
    assert.equal(chain.sha256, createHash('sha256').update(text).digest('hex'));
    assert.deepEqual(
      [chain.secrets, chain.allowEmpty, chain.memory.commit, chain.memory.max],
      [['A_TOKEN'], true, 'on_success', 4],
    );
    assert.deepEqual(chain.steps[0]?.position, { file: chain.file, line: 7, column: 9, length: 9 });
    const scope = { input: 'I', inputs: { t: 'T' }, steps: {}, memory: {}, run: { id: 'r', steps: 0 }, history: '', user: '' };
    assert.equal(chain.memory.namespace?.fill(scope), 'a:T');
    assert.deepEqual(chain.output?.value(scope), { a: 'I' });
    assert.equal(whole(checkFile(folder(test, { 'b.yml': 'steps: ["{input}"]\n' }), 'b.yml')).name, 'b');
  });

  it('throws every problem with the sources they are in', (test) => {
    const dir = folder(test, { 'a.yaml': 'steps: [{promt: x}, {run: "{input}"}]\n' });
    assert.throws(
      () => loadChain('a.yaml', { ...BASE, cwd: dir }),
      (error) => error instanceof ChainError && error.problems.length === 2 && error.sources.has(join(dir, 'a.yaml')),
    );
  });

  it('numbers steps that have no id among their siblings', () => {
    const { steps } = chainOf('steps: ["{input}", {id: mid, steps: ["{input}", {set: a}]}, {set: b}]');
    assert.deepEqual(
      steps.map((step) => [step.name, step.body.parts?.flatMap((part) => part.steps.map((inner) => inner.name))]),
      [
        ['1', undefined],
        ['mid', ['1', '2']],
        ['3', undefined],
      ],
    );
  });

  it('reads the namespace of memory before any step has run', () => {
    assert.deepEqual(told('memory: {namespace: "{steps.a.output}"}\nsteps: [{id: a, prompt: "{input}"}]\n').length, 1);
    assert.equal(chainOf('memory: {namespace: "{input}"}\nsteps: [{set: a, remember: {b: c}}]\n').uses.input, true);
  });
});

describe('values from the command line', () => {
  const TEXT =
    'models: {fast: {model: echo/a, temperature: 0}}\nmodel: fast\nsteps:\n  - {id: draft, prompt: "{input}", timeout: 5s}\n  - "{input}"\n';
  const set = (path: string, value: string | number | boolean | Record<string, string>) =>
    check(TEXT, { set: [{ path, value }] });

  it('are put into the file before it is checked', () => {
    assert.deepEqual(set('models.fast.temperature', 0.7).chain?.steps[0]?.body.model?.params, { temperature: 0.7 });
    assert.equal(set('steps.draft.timeout', '1m').chain?.steps[0]?.timeoutMs, 60_000);
    assert.equal(set('steps[1].on_error', 'continue').chain?.steps[1]?.onError, 'continue');
    assert.equal(set('inputs.topic', { default: 'x' }).chain?.inputs.topic?.default, 'x');
    assert.equal(set('allow_empty', true).chain?.allowEmpty, true);
  });

  it('are checked like the rest of it, and have to have a place', () => {
    assert.deepEqual(
      set('steps.draft.timeout', '5 parsecs').problems.map(({ code, position }) => `${code} ${position.line}:${position.column}`),
      ['PC1111 4:45'],
    );
    for (const path of ['steps.none.timeout', 'steps[9].timeout', '', 'a..b', '__proto__.x', 'steps.draft.prompt.x']) {
      assert.deepEqual(
        set(path, 'x').problems.map(({ code }) => code),
        ['PC1116'],
        path,
      );
    }
  });
});
