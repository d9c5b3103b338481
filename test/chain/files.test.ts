import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { catalogueDirs, listCatalogue } from '../../src/chain/catalogue.ts';
import { chainOf, checkFile, folder, line, PACKAGE_DIR, told, whole } from './checking.ts';

const SCOPE = { input: 'IN', inputs: {}, steps: {}, memory: {}, run: { id: 'r', steps: 0 }, history: '', user: '' };

describe('prompt files', () => {
  it('are read with their front matter', (test) => {
    const dir = folder(test, {
      'a.yaml': 'steps: [{prompt: {file: prompts/x.md}, temperature: 0.5}]\n',
      'prompts/x.md': '---\ndescription: d\nmodel: echo/front\ntemperature: 0.1\nmax_tokens: 7\n---\nTell of {input}\n',
    });
    const [step] = whole(checkFile(dir, 'a.yaml')).steps;
    assert.equal(step?.body.preview?.(SCOPE), 'Tell of IN');
    assert.equal(step?.body.model?.id, 'echo/front');
    assert.deepEqual(step?.body.model?.params, { temperature: 0.5, max_tokens: 7 });
  });

  it('have their problems positioned in their own text', (test) => {
    const dir = folder(test, {
      'a.yaml': 'steps: [{prompt: {file: p.md}}, {prompt: {file: q.md}}]\n',
      'p.md': '---\nmodle: x\n---\nfirst\nsecond {inputs.no}\n',
      'q.md': '---\na: b: c\n---\n{input}\n',
    });
    const { problems, sources } = checkFile(dir, 'a.yaml');
    assert.deepEqual(
      problems.map((problem) => [problem.position.file.slice(dir.length), line(problem)]),
      [
        ['/p.md', 'PC1102 2:1 unknown key "modle" in the front matter'],
        ['/p.md', 'PC3004 5:16 the chain has no input "no"'],
        ['/q.md', 'PC1102 2:1 unknown key "a" in the front matter'],
        ['/q.md', 'PC1005 2:4 YAML reads this text as syntax: quote it'],
      ],
    );
    assert.ok(problems.every((problem) => sources.has(problem.position.file)));
  });

  it('are found by id in the prompt folders, the first folder winning', (test) => {
    const dir = folder(test, {
      'a.yaml': 'prompt_dirs: [own, prompts]\nsteps: [{prompt: {id: one}}, {prompt: {id: two}}]\n',
      'b.yaml': 'steps: [{prompt: {id: oen}}]\n',
      'own/deep/one.txt': 'own {input}',
      'prompts/one.md': 'shared {input}',
      'prompts/two.md': 'two {input}',
    });
    assert.deepEqual(
      whole(checkFile(dir, 'a.yaml')).steps.map((step) => step.body.preview?.(SCOPE)),
      ['own IN', 'two IN'],
    );
    const [problem] = checkFile(dir, 'b.yaml').problems;
    assert.deepEqual([problem?.message, problem?.label], ['there is no prompt "oen" in prompts', 'did you mean "one"?']);
  });

  it('stay inside the folder of the chain, links resolved', (test) => {
    const outside = folder(test, { 'secret.md': 'secret {input}' });
    const dir = folder(test, {
      'a.yaml':
        'steps: [{prompt: {file: ../x.md}}, {prompt: {file: /etc/passwd}}, {prompt: {file: link.md}}, {prompt: {file: linked/secret.md}}]\n',
      'b.yaml': 'steps: [{prompt: {file: link.md}}]\n',
      'c.yaml': 'steps: [{prompt: {file: sub/../sub/x.md}}]\n',
      'sub/x.md': '{input}',
    });
    symlinkSync(join(outside, 'secret.md'), join(dir, 'link.md'));
    symlinkSync(outside, join(dir, 'linked'));
    assert.deepEqual(
      checkFile(dir, 'a.yaml').problems.map((problem) => problem.message),
      ['../x.md', '/etc/passwd', 'link.md', 'linked/secret.md'].map(
        (name) => `the file "${name}" is outside the folder of the chain`,
      ),
    );
    assert.equal(checkFile(dir, 'b.yaml', { allowOutside: true }).problems.length, 0);
    assert.equal(checkFile(dir, 'c.yaml').problems.length, 0);
  });

  it('that are missing, folders or not text are told with what is near', (test) => {
    const dir = folder(test, {
      'a.yaml': 'steps: [{prompt: {file: prompts/sumary.md}}, {prompt: {file: prompts}}]\n',
      'prompts/summary.md': '{input}',
    });
    assert.deepEqual(
      checkFile(dir, 'a.yaml').problems.map(({ message, label }) => [message, label]),
      [
        ['the file "prompts/sumary.md" does not exist', 'did you mean "prompts/summary.md"?'],
        ['"prompts" is not a file', undefined],
      ],
    );
    symlinkSync('nowhere.md', join(dir, 'prompts/summary.mdx'));
    writeFileSync(join(dir, 'a.yaml'), 'steps: [{prompt: {file: prompts/summary.mdx}}]\n');
    assert.deepEqual(checkFile(dir, 'a.yaml').problems.map(line), [
      'PC1311 1:25 "prompts/summary.mdx" is a link that leads nowhere',
    ]);
  });

  it('that cannot be read are told too', { skip: process.platform !== 'linux' }, (test) => {
    const dir = folder(test, { 'a.yaml': 'steps: [{prompt: {file: /proc/self/mem}}]\n' });
    assert.deepEqual(checkFile(dir, 'a.yaml', { allowOutside: true }).problems.map(line), [
      'PC1311 1:25 "/proc/self/mem" cannot be read: EIO',
    ]);
  });
});

describe('sub-chains', () => {
  it('are loaded with their own scope, and what they touch is known', (test) => {
    const dir = folder(test, {
      'a.yaml': 'model: echo/outer\nsteps:\n  - {id: s, chain: ./sub/b.yaml, with: {topic: x}}\n',
      'sub/b.yaml':
        'model: echo/inner\ninputs: {topic: {required: true}}\nsteps:\n  - {id: s, prompt: "{inputs.topic} {memory.k}"}\n  - run: date\n',
    });
    const chain = whole(checkFile(dir, 'a.yaml'));
    assert.deepEqual(
      chain.uses.models.map((model) => model.id),
      ['echo/inner'],
    );
    assert.deepEqual([chain.uses.memory, chain.uses.commands], [true, true]);
    assert.equal(chain.steps[0]?.body.chain?.dir, join(dir, 'sub'));
  });

  it('have their problems positioned in their own file', (test) => {
    const dir = folder(test, { 'a.yaml': 'steps: [{chain: b.yaml}]\n', 'b.yaml': 'steps:\n  - promt: x\n' });
    const [problem, ...more] = checkFile(dir, 'a.yaml').problems;
    assert.deepEqual([problem?.position.file, problem?.position.line, more], [join(dir, 'b.yaml'), 2, []]);
  });

  it('cannot include themselves', (test) => {
    const dir = folder(test, {
      'a.yaml': 'steps: [{chain: b.yaml}]\n',
      'b.yaml': 'steps: [{chain: ./a.yaml}]\n',
      'c.yaml': 'steps: [{chain: c.yaml}]\n',
    });
    assert.deepEqual(checkFile(dir, 'a.yaml').problems.map(line), [
      'PC1313 1:17 the chain includes itself: a.yaml > b.yaml > a.yaml',
    ]);
    assert.deepEqual(checkFile(dir, 'c.yaml').problems.map(line), ['PC1313 1:17 the chain includes itself: c.yaml > c.yaml']);
  });

  it('nest eight deep and no deeper, and one that is named often is read once', (test) => {
    const chainOfLength = (length: number): Record<string, string> =>
      Object.fromEntries(
        Array.from({ length }, (_, index) => {
          const next = `{chain: c${index + 1}.yaml}`;
          return [`c${index}.yaml`, index === length - 1 ? 'steps: ["{input}"]\n' : `steps: [${next}, ${next}, ${next}]\n`];
        }),
      );
    assert.equal(checkFile(folder(test, chainOfLength(8)), 'c0.yaml').problems.length, 0);
    const { problems } = checkFile(folder(test, chainOfLength(9)), 'c0.yaml');
    assert.equal(problems[0]?.message, 'chains are nested deeper than 8 levels');
  });

  it('stay inside the folder of the outermost chain', (test) => {
    const dir = folder(test, {
      'in/a.yaml': 'steps: [{chain: ../b.yaml}]\n',
      'b.yaml': 'steps: ["{input}"]\n',
      'c.yaml': 'steps: [{chain: in/d.yaml}]\n',
      'in/d.yaml': 'steps: [{chain: ../b.yaml}]\n',
    });
    assert.equal(checkFile(dir, 'in/a.yaml').problems[0]?.code, 'PC1311');
    assert.equal(checkFile(dir, 'c.yaml').problems.length, 0);
  });
});

describe('techniques and strategies', () => {
  it('are added by name, with their parameter', () => {
    const chain = chainOf('steps: [{prompt: "{input}", techniques: ["role_playing:chef", step_by_step], strategy: cot}]\n');
    const text = chain.steps[0]?.body.preview?.(SCOPE) ?? '';
    assert.match(text, /IN[\s\S]*chef/);
    assert.doesNotMatch(text, /\{parameter\}/);
  });

  it('of the chain are those of every prompt step that names none', () => {
    const chain = chainOf(
      'techniques: ["role_playing:chef"]\nsystem: "be {input}"\nsteps: ["{input}", {prompt: "{input}", techniques: []}]\n',
    );
    assert.deepEqual(
      chain.steps.map((step) => /chef/.test(step.body.preview?.(SCOPE) ?? '')),
      [true, false],
    );
  });

  it('that are unknown, or lack what they need, are errors', () => {
    assert.deepEqual(told('steps: [{prompt: "{input}", techniques: [step_by_stp, role_playing], strategy: cott}]\n'), [
      'PC1315 1:42 there is no technique "step_by_stp"',
      'PC1315 1:55 the technique "role_playing" needs its profession',
      'PC1315 1:80 there is no strategy "cott"',
    ]);
    assert.deepEqual(told('steps: [{prompt: "{input}", techniques: ["step_by_step:4"]}]\n'), [
      'PC1402 1:42 the technique "step_by_step" takes no parameter: "4" is not used',
    ]);
  });

  it("of the chain's own folder win over the shipped ones, and a broken one is told", (test) => {
    const dir = folder(test, {
      'a.yaml': 'steps: [{prompt: "{input}", techniques: [step_by_step, "mine:7"]}]\n',
      'b/b.yaml': 'steps: [{prompt: "{input}", techniques: [mine]}]\n',
      'prompts/techniques/step_by_step.md': 'Own steps.\n',
      'prompts/techniques/mine.md': '---\ndescription: d\nparameter: { name: n, default: 3 }\n---\nMine {parameter}.\n',
      'b/prompts/techniques/mine.md': '---\nparamter: x\n---\ntext\n',
    });
    assert.match(whole(checkFile(dir, 'a.yaml')).steps[0]?.body.preview?.(SCOPE) ?? '', /IN\s+Own steps\.\s+Mine 7\./);
    assert.equal(checkFile(dir, 'b/b.yaml').problems[0]?.code, 'PC1315');
  });

  it('stay inside the folder of the chain too', (test) => {
    const outside = folder(test, { 'mine.md': 'secret\n' });
    const dir = folder(test, { 'a.yaml': 'steps: [{prompt: "{input}", techniques: [mine]}]\n', 'prompts/x.md': '' });
    symlinkSync(outside, join(dir, 'prompts/techniques'));
    assert.deepEqual(
      checkFile(dir, 'a.yaml').problems.map(({ code }) => code),
      ['PC1311'],
    );
  });

  it('are listed with what they are for', () => {
    const { techniques, strategies } = listCatalogue(catalogueDirs(undefined, PACKAGE_DIR));
    assert.equal(techniques.size, 27);
    assert.equal(strategies.size, 8);
    for (const entry of [...techniques.values(), ...strategies.values()])
      assert.ok(entry.description !== '' && entry.text !== '', entry.name);
    assert.equal(techniques.get('role_playing')?.parameter?.required, true);
  });
});
