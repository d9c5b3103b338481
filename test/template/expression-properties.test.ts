import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StepError } from '../../src/core/errors.ts';
import { ROOTS } from '../../src/core/scope.ts';
import type { Names } from '../../src/template/expression.ts';
import { compileExpression } from '../../src/template/expression.ts';
import { scopeOf } from './scope.ts';

const numRuns = Number(process.env['PROMPTCHAIN_TEST_RUNS'] ?? 500);

const names: Names = {
  inputs: { n: { type: 'integer' }, s: { type: 'string' }, l: { type: 'list' } },
  steps: new Map([
    ['done', { kind: 'function', modelText: false }],
    ['skipped', { kind: 'prompt', modelText: true }],
  ]),
  item: { type: 'any' },
  loop: { type: 'map' },
};

const scope = scopeOf({
  inputs: { n: 1, s: 'x', l: [1, 'a', null] },
  memory: { a: { b: [1.5] } },
  item: { a: 1 },
  index: 0,
  loop: { a: null },
});

const tokens = fc.constantFrom(
  ...ROOTS,
  'inputs.n',
  'inputs.s',
  'inputs.l',
  'steps.done.data.severity',
  'steps.done.output',
  'steps.skipped.output',
  'memory.a.b',
  'item.a',
  'has(',
  'size(',
  '.contains(',
  '.matches("a")',
  '.exists(x, x',
  '.map(loop, loop',
  '.re_test(',
  'lo_p',
  'cel.bind(x, ',
  '.nope(',
  'nope(',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '.',
  ',',
  ':',
  '?',
  '==',
  '!=',
  '<',
  '&&',
  '||',
  '!',
  '-',
  '+',
  '/',
  '%',
  ' in ',
  '1',
  '0',
  '2.5',
  '"a"',
  "'",
  '"""',
  'true',
  'null',
  'x',
  's0',
  '__proto__',
  'constructor',
  '//',
  '\n',
  '\\',
  '😀',
  '\ud83d',
);
const anything = fc.array(fc.oneof({ weight: 8, arbitrary: tokens }, { weight: 1, arbitrary: fc.string({ unit: 'binary' }) }), {
  maxLength: 14,
});
const spaced = fc.tuple(anything, fc.constantFrom('', ' ')).map(([parts, space]) => parts.join(space));

/** Conditions that mostly compile, so that evaluation is reached. */
const leaf = fc.constantFrom(
  'inputs.n',
  'inputs.s',
  'size(inputs.l)',
  'inputs.l',
  'steps.done.data.severity',
  'steps.skipped.output',
  'memory.a.b',
  'memory.zz',
  'item.a',
  'loop.a',
  'index',
  'has(memory.zz)',
  '1',
  '2.5',
  '"a"',
  'true',
  'null',
  '[1, "a"]',
  '{"a": 1}',
);
const { expression: well } = fc.letrec((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('==', '!=', '<', '>=', '&&', '||', '+', '-', '*', '/', '%', 'in'),
        tie('expression'),
      )
      .map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    tie('expression').map((a) => `!${a}`),
    tie('expression').map((a) => `string(${a})`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `[${a}].exists(x, x == ${b})`),
  ),
}));

test('compiling a condition never throws, and every problem lies inside its text', () => {
  fc.assert(
    fc.property(spaced, fc.constantFrom('bool' as const, 'list' as const, 'dyn' as const), (source, type) => {
      const { expression, problems } = compileExpression(source, type, names);
      assert.equal(expression === undefined, problems.length > 0);
      for (const { offset, length, fix } of problems) {
        assert.ok(
          offset >= 0 && length >= 1 && offset + length <= Math.max(1, source.length),
          `${offset}+${length} of ${source.length}`,
        );
        if (fix !== undefined) assert.ok(fix.offset >= 0 && fix.offset + fix.length <= source.length);
      }
    }),
    { numRuns },
  );
});

test('a condition that compiles gives its type or fails as a condition', () => {
  fc.assert(
    fc.property(fc.oneof(well, spaced), (source) => {
      const { expression } = compileExpression(String(source), 'bool', names);
      if (expression === undefined) return;
      for (const { offset, length, root } of expression.references)
        assert.ok(expression.source.slice(offset, offset + length).startsWith(root));
      JSON.stringify(expression.reads(scope));
      try {
        assert.equal(typeof expression.evaluate(scope), 'boolean');
      } catch (error) {
        assert.ok(error instanceof StepError && error.reason === 'condition', String(error));
      }
    }),
    { numRuns: numRuns * 2 },
  );
});
