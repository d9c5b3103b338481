import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StepError } from '../../src/core/errors.ts';
import type { Json } from '../../src/core/json.ts';
import type { ExpressionType, Names } from '../../src/template/expression.ts';
import { compileExpression } from '../../src/template/expression.ts';
import { scopeOf, view } from './scope.ts';

const names: Names = {
  inputs: {
    topic: { type: 'string' },
    count: { type: 'integer' },
    ratio: { type: 'number' },
    strict: { type: 'boolean' },
    tone: { type: 'choice', options: ['brief', 'friendly'] },
    tags: { type: 'list' },
    options: { type: 'map' },
  },
  steps: new Map([
    [
      'kind',
      {
        kind: 'prompt',
        modelText: false,
        data: {
          type: 'map',
          fields: {
            kind: { type: 'choice', options: ['bug', 'feature'] },
            severity: { type: 'integer' },
            files: { type: 'list', items: { type: 'string' } },
            why: { type: 'string' },
          },
        },
      },
    ],
    ['draft', { kind: 'prompt', modelText: true }],
    ['my_step', { kind: 'prompt', modelText: true }],
    ['fn', { kind: 'function', modelText: false }],
    ['skipped', { kind: 'run', modelText: false }],
    ['failed', { kind: 'run', modelText: false }],
  ]),
  later: new Set(['review']),
  item: { type: 'any' },
  loop: { type: 'map' },
};

const odd = JSON.parse('{"constructor": "c", "__proto__": "p", "a-b": {"x": 1}}');
const scope = scopeOf({
  input: 'some input',
  inputs: { topic: 'cats', count: 3, ratio: 1.5, strict: true, tone: 'brief', tags: ['a', 1], options: { deep: { n: 2 } } },
  memory: { seen: ['x', 'y'], total: 4 },
  item: { name: 'it', loop: 1 },
  index: 1,
  loop: { count: 2 },
  steps: {
    kind: view({ data: { kind: 'bug', severity: 3, files: ['a.ts', 'b.md'], why: null } }),
    draft: view({ output: 'Yes, it is.' }),
    my_step: view({}),
    fn: view({ data: { n: 7, list: [1, 2], odd, empty: [] } }),
  },
});

function compiled(source: string, type: ExpressionType = 'bool') {
  const { expression, problems } = compileExpression(source, type, names);
  assert.deepEqual(problems, [], source);
  assert.ok(expression);
  return expression;
}

function evaluate(source: string, type: ExpressionType = 'bool'): Json {
  return compiled(source, type).evaluate(scope);
}

/** The only problem of a condition: its code, the part of the source it stands at, its message with help, its fix. */
function problemOf(source: string, type: ExpressionType = 'bool', given: Names = names) {
  const { expression, problems } = compileExpression(source, type, given);
  assert.equal(expression, undefined, source);
  const [problem, ...others] = problems;
  assert.deepEqual(others, [], source);
  assert.ok(problem);
  const { code, offset, length, message, help = '', fix } = problem;
  const fixed = fix === undefined ? undefined : source.slice(0, fix.offset) + fix.text + source.slice(fix.offset + fix.length);
  return { code, at: source.slice(offset, offset + length), says: `${message} | ${help}`, fixed };
}

test('conditions over every root', () => {
  for (const source of [
    'size(input) == 10 && input.startsWith("some")',
    'inputs.topic == "cats" && inputs.strict && inputs.tone == "brief"',
    'inputs.options.deep.n == 2 && inputs.options["deep"].n == 2',
    'steps.kind.data.kind == "bug" && steps.kind.data.severity >= 3',
    'steps.kind.data.files.exists(f, f.endsWith(".ts")) && size(steps.kind.data.files) == 2',
    'steps.draft.status == "completed" && steps.draft.attempts == 1 && steps.draft.duration < 1',
    '"x" in memory.seen && memory.seen[index] == "y" && memory["seen"][0] == "x"',
    'item.name == "it" && index % 2 == 1 && item.loop == 1',
    'loop.count == 2 && "loop" == \'loop\' // loop',
    'run.steps >= 2 && run.id == "run-1"',
    'steps\n  .kind . data\n .severity == 3',
  ])
    assert.equal(evaluate(source), true, source);
});

test('numbers of JSON and literals go together, whole or not', () => {
  for (const source of [
    'inputs.count == 3',
    'inputs.count == 3.0',
    'inputs.count > 2.5',
    'inputs.count + 1 == 4',
    'inputs.count / 2 == 1',
    'inputs.ratio == 1.5',
    'inputs.ratio != 2',
    'inputs.ratio * 2 == 3',
    '2 * inputs.ratio == 3.0',
    'steps.fn.data.n == 7',
    '7 == steps.fn.data.n',
    'steps.fn.data.n + 1 == 8',
    '1 + steps.fn.data.n == 8',
    'steps.fn.data.n / 2 == 3.5',
    'steps.fn.data.n % 2 == 1',
    '-steps.fn.data.n < 0',
    'steps.fn.data.n in [1, 7]',
    'inputs.count in [1, 2, 3]',
    'steps.fn.data.list == [1, 2]',
    'steps.fn.data.list.all(x, x < 3)',
    'size(memory.seen) * 2 == memory.total',
    'inputs.count == memory.total - 1',
    'string(steps.fn.data.n) == "7"',
    '1 in inputs.tags',
  ])
    assert.equal(evaluate(source), true, source);
});

test('matches gives up on a pattern that would take for ever', () => {
  const slow = { ...scope, inputs: { topic: `${'a'.repeat(60)}!` } };
  assert.throws(() => compiled('inputs.topic.matches("(a+)+$")').evaluate(slow), /takes more than 1 s on this text/);
});

test('matches finds the pattern anywhere and knows flags at its start', () => {
  assert.equal(evaluate('steps.draft.output.matches("^Yes")'), true);
  assert.equal(evaluate('steps.draft.output.matches("(?i)IT IS")'), true);
  assert.equal(evaluate('steps.draft.output.matches("^it")'), false);
  assert.equal(evaluate('steps.draft.output . matches ( r"\\bit\\b" )'), true);
});

test('has asks whether there is a value: null is none', () => {
  assert.equal(evaluate('has(memory.total)'), true);
  assert.equal(evaluate('has(memory.gone)'), false);
  assert.equal(evaluate('has(steps.kind.data.why)'), false);
  assert.equal(evaluate('has(steps.kind.data.why) && steps.kind.data.why.contains("x")'), false);
  assert.equal(evaluate('!has(memory.gone.deeper) || memory.gone.deeper == 1'), true);
  assert.equal(evaluate('has(steps.skipped.output)'), false);
});

test('a variable of a macro hides the name outside and nothing else', () => {
  assert.deepEqual(evaluate('memory.seen.map(d0, d0 + input)', 'list'), ['xsome input', 'ysome input']);
  assert.deepEqual(evaluate('memory.seen.filter(input, input == "y")', 'list'), ['y']);
  assert.equal(evaluate('cel.bind(n, size(input), n > 3 && n < 20)'), true);
});

test('only own properties are reached', () => {
  assert.equal(
    evaluate('steps.fn.data.odd.constructor == "c" && steps.fn.data.odd["__proto__"] == "p" && steps.fn.data.odd["a-b"].x == 1'),
    true,
  );
  assert.equal(evaluate('has(memory.constructor) || has(item.name.length) || has(memory.seen.length)'), false);
  assert.throws(() => evaluate('item.toString == "x"'), /has no value/);
});

test('a list expression gives a list, a dyn one any JSON', () => {
  assert.deepEqual(evaluate('steps.kind.data.files', 'list'), ['a.ts', 'b.md']);
  assert.deepEqual(evaluate('[1, 2.5, "x", null, {"a": inputs.count}]', 'list'), [1, 2.5, 'x', null, { a: 3 }]);
  assert.deepEqual(evaluate('steps.kind.data', 'dyn'), { kind: 'bug', severity: 3, files: ['a.ts', 'b.md'], why: null });
  assert.equal(evaluate('size(input)', 'dyn'), 10);
  assert.equal(evaluate('timestamp("2026-01-02T03:04:05Z")', 'dyn'), '2026-01-02T03:04:05.000Z');
});

test('unknown names are errors at their place, with what was meant', () => {
  const cases: [string, string, string, string | undefined][] = [
    ['inptu == "x"', 'PC3001', 'inptu', 'input == "x"'],
    ['topic == "x"', 'PC3001', 'topic', 'inputs.topic == "x"'],
    ['draft.contains("x")', 'PC3001', 'draft', 'steps.draft.output.contains("x")'],
    ['True', 'PC3001', 'True', 'true'],
    ['1 < 2 && inputs.topc == "x"', 'PC3004', 'topc', '1 < 2 && inputs.topic == "x"'],
    ['steps.knd.data.kind == "bug"', 'PC3002', 'knd', 'steps.kind.data.kind == "bug"'],
    ['steps.kind.data.knd == "bug"', 'PC3005', 'knd', 'steps.kind.data.kind == "bug"'],
    ['steps . kind . result == "x"', 'PC3005', 'result', 'steps . kind . output == "x"'],
    ['has(steps.kind.data.knd)', 'PC3005', 'knd', 'has(steps.kind.data.kind)'],
    ['steps.review.output == ""', 'PC3003', 'review', undefined],
    ['steps.draft.data.x == 1', 'PC3008', 'data', undefined],
    ['input.length() > 3', 'PC3001', 'length', 'input.size() > 3'],
    ['input.startswith("x")', 'PC3001', 'startswith', 'input.startsWith("x")'],
    ['input.includes("x")', 'PC3001', 'includes', 'input.contains("x")'],
    ['len(input) > 3', 'PC3001', 'len', 'size(input) > 3'],
    ['steps.my-step.output.contains("x")', 'PC3002', 'my-step', 'steps.my_step.output.contains("x")'],
    ['steps[input].output == "x"', 'PC3007', 'steps', undefined],
    ['inputs.count.x == 1', 'PC3005', 'x', undefined],
  ];
  for (const [source, code, at, fixed] of cases) {
    const problem = problemOf(source);
    assert.deepEqual({ ...problem, says: '' }, { code, at, says: '', fixed }, source);
    if (fixed !== undefined) assert.deepEqual(compileExpression(fixed, 'bool', names).problems, [], fixed);
  }
});

test('a method that is not called is shown with its call', () => {
  assert.match(problemOf('input.length > 3').says, /call it: size\(\)/);
  assert.match(problemOf('size(input.trim) > 3').says, /call it: trim\(\)/);
});

test('item, index and loop are unknown outside', () => {
  const outside: Names = { inputs: {}, steps: new Map() };
  for (const source of ['item == 1', 'index == 1', 'loop.count == 1'])
    assert.equal(problemOf(source, 'bool', outside).code, 'PC3006');
});

test('the free text of a model is not compared with a literal', () => {
  for (const source of [
    'steps.draft.output == "yes"',
    '"yes" != steps.draft.output',
    'steps.draft.output.trim().lowerAscii() == "yes"',
    'steps.draft.output in ["yes", "no"]',
    '!(steps.draft.output == "yes")',
  ]) {
    const problem = problemOf(source);
    assert.equal(problem.code, 'PC3204', source);
    assert.match(problem.says, /contains\(.*matches\(.*choices/);
  }
  assert.equal(problemOf('input == "yes"', 'bool', { ...names, inputIsModelText: true }).code, 'PC3204');
  for (const source of ['input == "yes"', 'steps.draft.output != ""', 'steps.fn.output == "yes"', 'steps.draft.output == input'])
    compiled(source);
});

test('comparisons that can never hold are errors', () => {
  assert.deepEqual(problemOf('steps.kind.data.kind == "bgu"').fixed, 'steps.kind.data.kind == "bug"');
  assert.deepEqual(problemOf('inputs.tone in ["brief", "freindly"]').fixed, 'inputs.tone in ["brief", "friendly"]');
  for (const source of [
    'inputs.count == "3"',
    'inputs.topic == 3',
    'inputs.strict == "true"',
    'inputs.topic == null',
    'steps.draft.status == "done"',
    'inputs.tags == "a"',
  ])
    assert.equal(problemOf(source).code, 'PC3205', source);
});

test('types that do not go together are errors', () => {
  for (const [source, at] of [
    ['input > 3', 'input > 3'],
    ['true && size(input)', 'true && size(input)'],
    ['inputs.strict && 1 + "a" == 2', '1 + "a"'],
    ['!input', '!input'],
  ] as const)
    assert.deepEqual([problemOf(source).code, problemOf(source).at], ['PC3202', at]);
});

test('the result must have the type of its place', () => {
  assert.match(problemOf('steps.draft.output').says, /must be true or false: this is text \| .*contains/);
  assert.equal(problemOf('size(input)').code, 'PC3203');
  assert.equal(problemOf('input', 'list').code, 'PC3203');
  for (const [source, type] of [
    ['steps.fn.data.n', 'bool'],
    ['steps.fn.data', 'list'],
  ] as const)
    assert.throws(
      () => evaluate(source, type),
      (error) => error instanceof StepError && error.code === 'PC3211' && error.reason === 'condition',
    );
});

test('syntax of other languages is named, with the fix', () => {
  const cases: [string, string, string | undefined][] = [
    ['{input} == "x"', '{input}', 'input == "x"'],
    ['{{ inputs.topic }} == "x"', '{{ inputs.topic }}', 'inputs.topic == "x"'],
    ['${{ inputs.topic }} == "x"', '${{ inputs.topic }}', 'inputs.topic == "x"'],
    ['input = "x"', '=', 'input == "x"'],
    ['input === "x"', '===', 'input == "x"'],
    ['input !== "x"', '!==', 'input != "x"'],
    ['input == "x" and true', 'and', 'input == "x" && true'],
    ['true OR false', 'OR', 'true || false'],
    ['not true', 'not ', '!true'],
    ['true & false', '&', 'true && false'],
    ['true | false', '|', 'true || false'],
    ['size(input', 't', undefined],
    ['1 +', '+', undefined],
    ['input == "x', '"x', undefined],
    ['input == yes no', 'no', undefined],
    ['  ', ' ', undefined],
    ['size(input) > 10 ms', 'ms', undefined],
  ];
  for (const [source, at, fixed] of cases)
    assert.deepEqual({ ...problemOf(source), says: '' }, { code: 'PC3201', at, says: '', fixed }, source);
});

test('a placeholder in a text of a condition is an error', () => {
  assert.equal(problemOf('"{input}" == "yes"').code, 'PC3206');
  compiled('input == "{x}" || input.contains("{\\"a\\": 1}")');
});

test('patterns are checked when the file is loaded', () => {
  assert.deepEqual([problemOf('input.matches("(")').code, problemOf('input.matches("(")').at], ['PC3208', '"("']);
  assert.equal(problemOf('input.matches(inputs.topic)').code, 'PC3208');
});

test('limits are errors', () => {
  assert.equal(problemOf(`input == "${'x'.repeat(4000)}"`).code, 'PC3207');
  assert.equal(problemOf(`${'1 + '.repeat(990)}1 == 2`).code, 'PC3207');
  assert.equal(problemOf('('.repeat(100)).code, 'PC3207');
  assert.equal(problemOf(`${'!'.repeat(3000)}true`).code, 'PC3207');
});

test('what cannot be evaluated fails and never counts as false', () => {
  for (const [source, why] of [
    ['memory.gone == 1', /memory\.gone has no value: memory has no key "gone"/],
    ['steps.kind.data.why.contains("x")', /why is null/],
    ['steps.skipped.output.contains("x")', /step "skipped" was skipped/],
    ['steps.failed.output.contains("x")', /step "failed" failed/],
    ['steps.draft.cost < 1', /do not go together: null < int/],
    ['memory.seen[7] == "x"', /memory\.seen is a list of 2/],
    ['memory.seen[index + 7] == "x"', /out of bounds/],
    ['1 / (inputs.count - 3) == 1', /division by zero/],
    ['memory.total.contains("4")', /no matching overload/],
    ['memory.seen.all(s, s.gone == 1)', /no such/i],
  ] as const)
    assert.throws(
      () => evaluate(source),
      (error) =>
        error instanceof StepError &&
        error.code === 'PC3210' &&
        error.reason === 'condition' &&
        why.test(error.message) &&
        error.message.includes(source),
      source,
    );
});

test('a value of another type than declared fails', () => {
  const wrong = { ...scope, inputs: { ...scope.inputs, count: 3.5, topic: 7 } };
  assert.throws(() => compiled('inputs.count == 3').evaluate(wrong), /inputs\.count is not int: it is 3\.5/);
  assert.throws(() => compiled('inputs.topic == "x"').evaluate(wrong), /inputs\.topic is not string: it is 7/);
});

test('reads gives every value under the name it is written by, null for none', () => {
  const { reads, references } = compiled('has(memory.gone) && memory.gone > 1 || steps.kind . data.severity >= inputs.count');
  assert.deepEqual(reads(scope), { 'memory.gone': null, 'steps.kind.data.severity': 3, 'inputs.count': 3 });
  assert.deepEqual(
    references.map(({ root, path, optional }) => [[root, ...path].join('.'), optional]),
    [
      ['memory.gone', true],
      ['memory.gone', true],
      ['steps.kind.data.severity', false],
      ['inputs.count', false],
    ],
  );
});

test('reads of a step whose status is asked for are optional', () => {
  const { references } = compiled(
    'steps.draft.status == "completed" && steps.draft.output.contains("x") && steps.fn.output == "y"',
  );
  assert.deepEqual(
    references.map((reference) => reference.optional),
    [true, true, false],
  );
});

test('a value nested too deep fails as a condition', () => {
  let deep: Json = 1;
  for (let depth = 0; depth < 200_000; depth++) deep = [deep];
  for (const source of ['size(item) == 1', 'item == item'])
    assert.throws(
      () => compiled(source).evaluate({ ...scope, item: deep }),
      (error) => error instanceof StepError && error.code === 'PC3210' && /nested too deep/.test(error.message),
    );
});

test('a word of CEL as a name is read in brackets', () => {
  assert.match(problemOf('steps.in.output == "x"').says, /write \["in"\]/);
});
