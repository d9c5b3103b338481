import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../../src/core/json.ts';
import { compileTemplate } from '../../src/template/compile.ts';
import { FILTERS } from '../../src/template/filters.ts';
import { scopeOf } from './scope.ts';

function apply(filters: string, item: Json | undefined): Json {
  const { template, problems } = compileTemplate(`{item | ${filters}}`);
  assert.deepEqual(problems, []);
  return template.value(scopeOf(item === undefined ? {} : { item }));
}

test('default stands in for what is missing and for null, and for nothing else', () => {
  assert.equal(apply('default "none"', undefined), 'none');
  assert.equal(apply("default 'no\\'ne'", null), "no'ne");
  assert.equal(apply('default("a\\nb")', undefined), 'a\nb');
  assert.equal(apply('default 0', undefined), 0);
  assert.equal(apply('default -1.5', undefined), -1.5);
  assert.equal(apply('default true', undefined), true);
  assert.deepEqual(apply('default []', undefined), []);
  assert.equal(apply('default "none"', ''), '');
  assert.equal(apply('default "none"', false), false);
});

test('what is missing passes the other filters on its way to a default', () => {
  assert.equal(apply('trim | upper | default "none"', undefined), 'none');
  assert.equal(apply('lines(2) | default "none" | upper', null), 'NONE');
});

test('json quotes text and keeps null', () => {
  assert.equal(apply('json', 'a "b"'), '"a \\"b\\""');
  assert.equal(apply('json', { a: [1] }), '{"a":[1]}');
  assert.equal(apply('json', null), 'null');
});

test('trim, upper and lower', () => {
  assert.equal(apply('trim', ' a b\n'), 'a b');
  assert.equal(apply('upper', 'aß'), 'ASS');
  assert.equal(apply('lower', 'ÄB'), 'äb');
  assert.equal(apply('trim | upper', ' x '), 'X');
});

test('lines keeps the first n lines', () => {
  assert.equal(apply('lines(2)', 'a\nb\nc'), 'a\nb');
  assert.equal(apply('lines(2)', 'a\r\nb\r\nc'), 'a\r\nb');
  assert.equal(apply('lines(5)', 'a\nb\n'), 'a\nb\n');
  assert.equal(apply('lines(0)', 'a\nb'), '');
});

test('truncate keeps the first n characters and cuts none in two', () => {
  assert.equal(apply('truncate(3)', 'abcdef'), 'abc');
  assert.equal(apply('truncate(2)', 'a😀b'), 'a😀');
  assert.equal(apply('truncate(10)', 'abc'), 'abc');
  assert.equal(apply('truncate 0', 'abc'), '');
});

test('join makes one text of a list', () => {
  assert.equal(apply('join(", ")', ['a', 1, { b: 2 }]), 'a, 1, {"b":2}');
  assert.equal(apply('join("")', []), '');
  assert.throws(() => apply('join(", ")', 'text'), /join needs a list/);
});

test('indent shifts every line but the first and the empty ones', () => {
  assert.equal(apply('indent(2)', 'a\nb\n\nc\n'), 'a\n  b\n\n  c\n');
  assert.equal(apply('indent(2)', 'a\r\n\r\nb'), 'a\r\n\r\n  b');
});

test('a filter that does not exist is an error with a suggestion', () => {
  const problemOf = (text: string) => compileTemplate(text).problems[0];
  const problem = problemOf('say {input | uper}');
  assert.equal(problem?.code, 'PC3101');
  assert.equal(problem?.severity, 'error');
  assert.deepEqual([problem?.offset, problem?.length], [13, 4]);
  assert.deepEqual(problem?.fix, { offset: 13, length: 4, text: 'upper' });
  assert.equal(problemOf('{input | tojson}')?.fix?.text, 'json');
  assert.equal(problemOf('{input | constructor}')?.fix, undefined);
  assert.equal(problemOf('{input | default "x" | nope(1)}')?.code, 'PC3101');
});

test('an argument that does not fit is an error that shows the filter in use', () => {
  for (const filter of [
    'lines',
    'lines()',
    'lines("2")',
    'lines(-1)',
    'lines(1.5)',
    'lines(1, 2)',
    'trim("x")',
    'join',
    'join(2)',
    'default',
    'indent(101)',
  ]) {
    const [problem] = compileTemplate(`{input | ${filter}}`).problems;
    assert.equal(problem?.code, 'PC3102', filter);
    assert.match(problem?.help ?? '', /^write it as: \| \w/);
  }
});

test('a placeholder that breaks off after a filter is an error at the place', () => {
  for (const [text, offset] of [
    ['{input | default "x', 18],
    ['{input | lines(2', 15],
    ['{input | upper lower}', 15],
    ['{input | upper | }', 17],
    ['{input | lines(x)}', 15],
  ] as const) {
    const [problem] = compileTemplate(text).problems;
    assert.deepEqual([problem?.code, problem?.offset], ['PC3103', offset], text);
  }
});

test('every filter shows how it is written, and that compiles', () => {
  for (const { name, usage, summary } of FILTERS) {
    assert.deepEqual(compileTemplate(`{input | ${usage.replace('(n)', '(3)')}}`).problems, [], name);
    assert.ok(summary.length > 0);
  }
});
