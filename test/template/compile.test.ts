import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StepError } from '../../src/core/errors.ts';
import type { Json } from '../../src/core/json.ts';
import type { Scope } from '../../src/core/scope.ts';
import { compileTemplate } from '../../src/template/compile.ts';
import { scopeOf } from './scope.ts';

function fill(source: string, scope: Partial<Scope> = {}): string {
  const { template, problems } = compileTemplate(source);
  assert.deepEqual(
    problems.filter((problem) => problem.severity === 'error'),
    [],
  );
  return template.fill(scopeOf(scope));
}

function codes(source: string): string[] {
  return compileTemplate(source).problems.map((problem) => problem.code);
}

/** The text after the first problem's fix. */
function fixed(source: string): string {
  const fix = compileTemplate(source).problems[0]?.fix;
  assert.ok(fix, `no fix for ${source}`);
  return source.slice(0, fix.offset) + fix.text + source.slice(fix.offset + fix.length);
}

test('every root is replaced by its value', () => {
  const scope = scopeOf({
    input: 'in',
    inputs: { a: 'A' },
    memory: { k: 'M' },
    stdin: 'piped',
    item: { name: 'it' },
    index: 4,
    loop: { count: 2 },
  });
  const text = '{input} {inputs.a} {memory.k} {stdin} {item.name} {index} {loop.count} {run.id} {steps.done.output}';
  assert.equal(compileTemplate(text).template.fill(scope), 'in A M piped it 4 2 run-1 finished');
});

test('paths reach into maps and lists', () => {
  const item = { tags: ['x', { deep: [1, 2] }], 'odd key': 'o', größe: 'g', 'with-dash': 'd' };
  assert.equal(fill('{item.tags[0]}{item.tags[1].deep[1]}', { item }), 'x2');
  assert.equal(fill('{item["odd key"]}{item[\'odd key\']}{item.größe}{item.with-dash}', { item }), 'oogd');
});

test('strings go in as they are, everything else as compact JSON', () => {
  const item = { text: 'a "b"\n', list: [1, 'x'], map: { a: { b: null } }, yes: true, number: 1.5 };
  assert.equal(fill('<{item.text}>', { item }), '<a "b"\n>');
  assert.equal(fill('<{item.list}{item.map}{item.yes}{item.number}>', { item }), '<[1,"x"]{"a":{"b":null}}true1.5>');
});

test('a text that is exactly one placeholder keeps the type of its value', () => {
  const scope = scopeOf({ item: { list: [1, 2], none: null, no: false }, index: 3 });
  assert.deepEqual(compileTemplate('{item.list}').template.value(scope), [1, 2]);
  assert.equal(compileTemplate('{index}').template.value(scope), 3);
  assert.equal(compileTemplate('{item.no}').template.value(scope), false);
  assert.equal(compileTemplate('{item.none}').template.value(scope), null);
  assert.equal(compileTemplate(' {index}').template.value(scope), ' 3');
  assert.deepEqual(compileTemplate('{item.gone | default []}').template.value(scope), []);
});

test('braces that are not a placeholder are text', () => {
  const texts = [
    '{"kind": "bug", "severity": 2}',
    'a { color: red; }',
    '\\frac{1}{2} \\textbf{bold}',
    'for x in {a,b}; do echo "${x}"; done',
    '{input: 1}',
    '{run, item}',
    '{items.map((item) => item.name)}',
    '{item.map((x) => x)}',
    '{input',
    '{',
    '}{',
    '{}',
    '{{}}',
    '{inputs.}',
    '{steps.a[}',
    '{input }{',
    '\\{"a": 1}',
    'C:\\{x}',
  ];
  for (const text of texts) assert.equal(fill(text), text);
});

test('a placeholder right inside other braces is replaced', () => {
  assert.equal(fill('{"n": {inputs.count}}', { inputs: { count: 3 } }), '{"n": 3}');
  assert.equal(fill('{{"a": {input}}}', { input: '1' }), '{{"a": 1}}');
  assert.equal(fill('{{input}', { input: 'x' }), '{x');
});

test('a backslash makes a placeholder text and is dropped; a doubled one is a backslash before the value', () => {
  const scope = { input: 'V' };
  assert.equal(fill('\\{input}', scope), '{input}');
  assert.equal(fill('\\\\{input}', scope), '\\V');
  assert.equal(fill('\\\\\\{input}', scope), '\\{input}');
  assert.equal(fill('$\\{input} {\\{input}}', scope), '${input} {{input}}');
  assert.equal(fill('\\{input | no such thing', scope), '{input | no such thing');
  assert.deepEqual(codes('\\{input} \\{ input } $\\{input}'), []);
});

test('what other template languages write is text, with a warning and a fix', () => {
  const cases: [string, string, string][] = [
    ['a {{input}} b', 'PC3110', 'a {input} b'],
    ['{{ input }}', 'PC3110', '{input}'],
    ['{{ steps.a.output | upper }}', 'PC3110', '{steps.a.output | upper}'],
    ['${input}', 'PC3111', '{input}'],
    ['${ inputs.x }', 'PC3111', '{inputs.x}'],
    ['{ input }', 'PC3112', '{input}'],
    ['{input }', 'PC3112', '{input}'],
    ['{Input}', 'PC3113', '{input}'],
    ['{INPUTS.x}', 'PC3113', '{inputs.x}'],
    ['{inptu}', 'PC3114', '{input}'],
    ['{step.a.output}', 'PC3114', '{steps.a.output}'],
  ];
  for (const [text, code, right] of cases) {
    assert.deepEqual(codes(text), [code], text);
    assert.equal(fill(text, { input: 'WRONG' }), text);
    assert.equal(fixed(text), right);
    assert.deepEqual(codes(right), []);
  }
});

test('braces that begin like a placeholder and are none have a warning', () => {
  assert.deepEqual(codes('{steps.a output}'), ['PC3115']);
  assert.deepEqual(codes('{inputs.}'), ['PC3115']);
  assert.deepEqual(codes('{name} {output} {x} {"input": 1} {input, other} {item.f(1)}'), []);
});

test('raw: true switches placeholders off', () => {
  const { template, problems } = compileTemplate('{input} {{input}} {input | x}', { raw: true });
  assert.deepEqual(problems, []);
  assert.deepEqual(template.references, []);
  assert.equal(template.fill(scopeOf({ input: 'V' })), '{input} {{input}} {input | x}');
});

test('references name root, path and place, and whether a default follows', () => {
  const { template } = compileTemplate('x {steps.a.data.tags[0]} {memory.k | trim | default "n"}');
  assert.deepEqual(template.references, [
    { root: 'steps', path: ['a', 'data', 'tags', 0], offset: 3, length: 20, optional: false },
    { root: 'memory', path: ['k'], offset: 26, length: 8, optional: true },
  ]);
  assert.equal(compileTemplate('no placeholder').template.references.length, 0);
});

test('a value that is not there ends the filling and says why', () => {
  const cases: [string, Partial<Scope>, RegExp][] = [
    ['{memory.k}', {}, /\{memory\.k\} has no value: memory has no key "k"/],
    ['{inputs.x}', {}, /input "x" was not given/],
    ['{steps.later.output}', {}, /step "later" has not run/],
    ['{steps.skipped.output}', {}, /step "skipped" was skipped/],
    ['{steps.failed.output}', {}, /step "failed" failed/],
    ['{steps.done.data.why}', {}, /steps\.done\.data is a map with "kind"/],
    ['{item}', {}, /item exists only inside foreach/],
    ['{item[2]}', { item: ['a'] }, /item is a list of 1/],
    ['{stdin}', {}, /nothing was piped in/],
    ['{item.none}', { item: { none: null } }, /item\.none is null/],
  ];
  for (const [text, scope, message] of cases) {
    assert.throws(
      () => compileTemplate(text).template.fill(scopeOf(scope)),
      (error) =>
        error instanceof StepError && error.code === 'PC3120' && message.test(error.message) && /default/.test(error.help ?? ''),
      text,
    );
  }
});

test('only own properties are reached', () => {
  const scope = { inputs: {}, item: { list: [1] } };
  for (const path of [
    'inputs.constructor',
    'inputs.__proto__',
    'inputs.toString',
    'item.list.length',
    'item.__proto__.x',
    'input.length',
  ])
    assert.equal(fill(`{${path} | default "nothing"}`, scope), 'nothing', path);
  const own = JSON.parse('{"__proto__": "p", "constructor": "c"}');
  assert.equal(fill('{item.__proto__} {item.constructor}', { item: own }), 'p c');
});

test('values are inert: what comes in is never a placeholder', () => {
  const hostile = '{inputs.secret} {{input}} \\{input} {input | upper} $& $1';
  assert.equal(fill('<{input}>', { input: hostile, inputs: { secret: 's' } }), `<${hostile}>`);
  assert.equal(fill('<{input | indent(2)}>', { input: hostile }), `<${hostile}>`);
});

test('a text over the limit is an error, not a crash', () => {
  assert.deepEqual(codes('x'.repeat(4_000_001)), ['PC3104']);
  assert.deepEqual(codes('{input}'.repeat(10_001)), ['PC3104']);
});

test('a value nested too deep is an error of the step', () => {
  let deep: Json = 1;
  for (let depth = 0; depth < 200_000; depth++) deep = [deep];
  for (const text of ['<{item}>', '{item | json}'])
    assert.throws(
      () => compileTemplate(text).template.fill(scopeOf({ item: deep })),
      (error) => error instanceof StepError && error.code === 'PC3121' && /nested too deep/.test(error.message),
    );
});
