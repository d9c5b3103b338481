import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileTemplate } from '../../src/template/compile.ts';
import type { Names } from '../../src/template/names.ts';

const names: Names = {
  inputs: { topic: { type: 'string' }, tags: { type: 'list' }, limit: { type: 'integer' } },
  steps: new Map([
    ['draft', { kind: 'prompt', modelText: true }],
    [
      'triage',
      {
        kind: 'prompt',
        modelText: false,
        data: {
          type: 'map',
          fields: {
            kind: { type: 'choice', options: ['bug'] },
            files: { type: 'list', items: { type: 'map', fields: { path: { type: 'string' } } } },
          },
        },
      },
    ],
    ['script', { kind: 'function', modelText: false }],
  ]),
  later: new Set(['review']),
};

function problemsOf(source: string, given: Names = names) {
  return compileTemplate(source, { names: given }).problems;
}

test('what exists passes', () => {
  const text =
    '{input} {stdin} {inputs.topic} {inputs.tags[0].x} {memory.any.thing[3]} {run.id} {run.steps} {steps.draft.output} {steps.draft.status} ' +
    '{steps.draft.error.message} {steps.triage.data.kind} {steps.triage.data.files[0].path} {steps.script.data.whatever.it[0].is} {inputs}';
  assert.deepEqual(problemsOf(text), []);
});

test('what does not exist is an error at the very part, with what was meant', () => {
  const cases: [string, string, string, string | undefined][] = [
    ['{inputs.topc}', 'PC3004', 'topc', 'topic'],
    ['{inputs.constructor}', 'PC3004', 'constructor', undefined],
    ['x {steps.drat.output}', 'PC3002', 'drat', 'draft'],
    ['{steps.review.output}', 'PC3003', 'review', undefined],
    ['{steps.draft.outptu}', 'PC3005', 'outptu', 'output'],
    ['{steps.draft.result}', 'PC3005', 'result', 'output'],
    ['{steps.triage.data.knd}', 'PC3005', 'knd', 'kind'],
    ['{steps.triage.data.files[0].pth}', 'PC3005', 'pth', 'path'],
    ['{steps.triage.data.files.path}', 'PC3005', 'path', undefined],
    ['{steps.triage.data[0]}', 'PC3005', '[0]', undefined],
    ['{steps.draft.data.x}', 'PC3008', 'data', undefined],
    ['{steps["drat"].output}', 'PC3002', '["drat"]', undefined],
    ['{steps}', 'PC3007', 'steps', undefined],
    ['{input.text}', 'PC3005', 'text', undefined],
    ['{inputs.limit.max}', 'PC3005', 'max', undefined],
    ['{run.name}', 'PC3005', 'name', undefined],
    ['{item.x}', 'PC3006', 'item', undefined],
    ['{index}', 'PC3006', 'index', undefined],
    ['{loop.count}', 'PC3006', 'loop', undefined],
  ];
  for (const [source, code, at, meant] of cases) {
    const [problem, ...others] = problemsOf(source);
    assert.deepEqual(others, [], source);
    assert.equal(problem?.code, code, source);
    assert.equal(problem?.severity, 'error');
    assert.equal(source.slice(problem.offset, problem.offset + problem.length), at);
    assert.equal(problem.fix?.text, meant, source);
  }
});

test('item, index and loop exist where the names say so', () => {
  const inside: Names = { ...names, item: { type: 'string' }, loop: { type: 'map' } };
  assert.deepEqual(problemsOf('{item} {index} {loop.previous.draft.output}', inside), []);
  assert.deepEqual(
    problemsOf('{item.name}', inside).map((problem) => problem.code),
    ['PC3005'],
  );
});

test('the name of an input or a step in braces is a warning with the fix', () => {
  for (const [source, right] of [
    ['{topic}', '{inputs.topic}'],
    ['{{topic}}', '{inputs.topic}'],
    ['{ topic }', '{inputs.topic}'],
    ['${topic}', '{inputs.topic}'],
    ['{draft}', '{steps.draft.output}'],
  ] as const) {
    const [problem, ...others] = problemsOf(source);
    assert.deepEqual(
      [problem?.code, problem?.severity, problem?.fix?.text, problem?.length],
      ['PC3116', 'warning', right, source.length],
    );
    assert.deepEqual(others, []);
  }
  assert.deepEqual(problemsOf('{"a": {other}} \\{topic}'), []);
});
