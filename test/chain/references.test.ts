import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyFixes } from '../../src/chain/fix.ts';
import { chainOf, check, told } from './checking.ts';

describe('references', () => {
  it('are errors when they name what is not there, or not yet', () => {
    const text = `inputs: {topic: {}}
steps:
  - id: first
    prompt: "{input} {steps.second.output} {inputs.topc}"
  - id: second
    prompt: "{steps.frist.output} {steps.first.outptu} {item}"
`;
    const { problems } = check(text);
    assert.deepEqual(
      problems.map(({ position, severity }) => `${severity} ${position.line}:${position.column}`),
      ['error 4:29', 'error 4:52', 'error 6:21', 'error 6:48', 'error 6:57'],
    );
    assert.match(applyFixes(text, problems), /\{inputs\.topic\}[\s\S]*\{steps\.first\.output\} \{steps\.first\.output\}/);
  });

  it('are found at their place in every style of text', () => {
    const text = `steps:
  - |
    one {input}
      two {steps.a.output}
  - >-
    folded {input}
    and {steps.b.output}

    end {steps.c.output}
  - "tab\\t\\u00e9\\U0001F600 \\"q\\" {steps.d.output}"
  - 'it''s {steps.e.output}'
  - plain {input} and
    more {steps.f.output}
  - "over
    lines \\
    {steps.g.output}"
`;
    const lines = text.split('\n');
    for (const { position } of check(text).problems) {
      const line = lines[position.line - 1] ?? '';
      const [id] = /[a-g]$/.exec(line.slice(0, position.column)) ?? [];
      assert.ok(id !== undefined, `${position.line}:${position.column} is the id in ${line}`);
    }
    assert.equal(check(text).problems.length, 7);
  });

  it('are fixed inside any style of text', () => {
    const text = `steps:
  - "a \\"b\\" {inptu}"
  - 'it''s {inptu}'
  - >
    folded
    {inptu}
  - |
      deep {Input}
  - \${input} first
`;
    const fixed = applyFixes(text, check(text).problems);
    assert.deepEqual(told(fixed), []);
    assert.equal(
      fixed,
      text.replaceAll('{inptu}', '{input}').replace('{Input}', '{input}').replace('${input} first', "'{input} first'"),
    );
  });

  it('need a default in the output when the step may not run', () => {
    const steps =
      'steps:\n  - {id: a, prompt: "{input}", if: size(input) > 3}\n  - {id: b, prompt: "{input}", on_error: continue}\n  - steps: [{id: c, prompt: "{input}"}]\n    if: "true"\n';
    for (const id of ['a', 'b', 'c']) {
      assert.deepEqual(told(`${steps}output: "{steps.${id}.output}"\n`), [
        `PC3009 6:11 step "${id}" may not have run, and this has no default`,
      ]);
      assert.deepEqual(told(`${steps}output: "{steps.${id}.output | default 'none'} {steps.${id}.status}"\n`), []);
    }
    const later = check(`${steps}  - "{steps.a.output}"\n`).problems;
    assert.deepEqual(
      later.map(({ code, severity }) => [code, severity]),
      [['PC3009', 'warning']],
    );
    assert.deepEqual(told(`${steps}  - {prompt: "{steps.a.output}", if: steps.a.status == "completed"}\n`), []);
  });

  it('in a command are errors whose help shows the safe way', () => {
    const { problems } = check(
      'steps:\n  - {id: a, set: x}\n  - run: "grep {input} {steps.a.output}"\n  - run: [echo, "{inputs}"]\n',
    );
    assert.deepEqual(
      problems.map(({ code, position, help }) => [code, position.column, position.length, help]),
      [
        ['PC1115', 16, 7, 'the previous output is on stdin, and in "$INPUT"'],
        ['PC1115', 24, 16, 'pass it through the environment: env: { VALUE: "{steps.a.output}" } and "$VALUE" in the command'],
        ['PC1115', 18, 8, 'pass it through the environment: env: { VALUE: "{inputs}" } and "$VALUE" in the command'],
      ],
    );
    assert.deepEqual(told('steps:\n  - run: "awk \'{print $1}\' | sed s/{a,b}//"\n'), []);
  });

  it('of a condition are checked with the names before it', () => {
    assert.deepEqual(told('steps:\n  - {prompt: "{input}", if: inptu == "x"}\n').length, 1);
    const text = 'steps:\n  - {id: a, prompt: "{input}"}\n  - {prompt: "{input}", if: steps.a.output == "yes"}\n';
    assert.equal(check(text).problems[0]?.code, 'PC3204');
  });

  it('may compare what a turn or a case gives where it is no free text of a model', () => {
    const until = (step: string) =>
      told(`steps:\n  - "{input}"\n  - repeat: { max: 2, until: 'loop.output == "done"' }\n    ${step}\n`);
    assert.deepEqual(until('run: cat'), []);
    assert.deepEqual(until('prompt: "{input}"\n    choices: [done, more]'), []);
    assert.deepEqual(until('steps: ["{input}", {run: cat}]'), []);
    assert.deepEqual(told('steps:\n  - run: cat\n  - {switch: input, cases: {a: "{input}"}, default: "{input}"}\n'), []);
  });

  it('say what running the chain will touch', () => {
    const uses = (text: string) => {
      const { models, ...rest } = chainOf(text).uses;
      return { ...rest, models: models.map((model) => model.id) };
    };
    const none = {
      input: false,
      stdin: false,
      memory: false,
      conversation: false,
      commands: false,
      functions: false,
      gates: false,
      cache: false,
      servers: [],
      models: [],
    };
    assert.deepEqual(uses('steps: [{set: a}]'), none);
    assert.deepEqual(uses('steps: [{set: "{input}"}]'), { ...none, input: true });
    assert.deepEqual(uses('steps: [{run: date}, "{input}"]\nmodel: echo/a'), {
      ...none,
      input: true,
      commands: true,
      models: ['echo/a'],
    });
    assert.deepEqual(uses('steps: [{run: date, stdin: x}, "{input}"]\nmodel: echo/a'), {
      ...none,
      commands: true,
      models: ['echo/a'],
    });
    assert.deepEqual(uses('steps: [{set: "{stdin} {memory.x}"}]'), { ...none, stdin: true, memory: true });
    assert.deepEqual(uses('steps: [{set: a, remember: {k: v}}]'), { ...none, memory: true });
    assert.deepEqual(uses('steps: [{set: a}]\noutput: "{input}"'), { ...none, input: true });
  });
});
