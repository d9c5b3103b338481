import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ROOTS } from '../../src/core/scope.ts';
import { compileTemplate } from '../../src/template/compile.ts';
import { scopeOf } from './scope.ts';

const numRuns = Number(process.env['PROMPTCHAIN_TEST_RUNS'] ?? 500);

/** Pieces that a scanner might trip over, lone surrogates and half an emoji among them. */
const pieces = fc.constantFrom(
  '{',
  '}',
  '{{',
  '}}',
  '\\',
  '$',
  '|',
  '"',
  "'",
  '[',
  ']',
  '(',
  ')',
  '.',
  ' ',
  '\n',
  '\r\n',
  '\t',
  '\0',
  '\u2028',
  '\ud83d',
  '\ude00',
  '😀',
  'é',
  'x',
  '0',
  '__proto__',
  'constructor',
);
const roots = fc.constantFrom(...ROOTS);
const filters = fc.constantFrom(
  ' | upper',
  ' | default "x"',
  '| lines(1)',
  ' | nope',
  ' | join("',
  ' |',
  ' || ',
  ' | truncate(2) | trim',
);
const noise = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 30 }).map((parts) => parts.join(''));
const anything = fc
  .array(fc.oneof(pieces, roots, filters, fc.string({ unit: 'binary' })), { maxLength: 40 })
  .map((parts) => parts.join(''));

test('a text that names no root comes back byte-equal', () => {
  const rootless = noise.filter((text) => !ROOTS.some((root) => text.includes(root)));
  fc.assert(
    fc.property(rootless, (text) => {
      const { template } = compileTemplate(text);
      assert.equal(template.fill(scopeOf()), text);
      assert.equal(template.value(scopeOf()), text);
    }),
    { numRuns },
  );
});

test('compiling never throws, and every problem lies inside the text', () => {
  const names = { inputs: { x: { type: 'string' } }, steps: new Map() } as const;
  fc.assert(
    fc.property(anything, (text) => {
      const { template, problems } = compileTemplate(text, { names });
      for (const { offset, length, fix } of problems) {
        assert.ok(offset >= 0 && length >= 1 && offset + length <= text.length, `${offset}+${length} of ${text.length}`);
        if (fix !== undefined) assert.ok(fix.offset >= 0 && fix.offset + fix.length <= text.length);
      }
      for (const { offset, length, root } of template.references) assert.ok(text.slice(offset, offset + length).startsWith(root));
    }),
    { numRuns },
  );
});

test('a value is never scanned: it stands in the result as it is', () => {
  fc.assert(
    fc.property(anything, noise, noise, (value, before, after) => {
      const text = `${before.replaceAll(/[\\${]+$/g, '')} {input} ${after}`;
      const filled = compileTemplate(text).template.fill(scopeOf({ input: value }));
      const mark = '\u0001mark\u0001';
      assert.equal(
        filled,
        compileTemplate(text)
          .template.fill(scopeOf({ input: mark }))
          .replaceAll(mark, () => value),
      );
    }),
    { numRuns },
  );
});

test('every suggested fix gives a text that compiles without that warning', () => {
  fc.assert(
    fc.property(anything, (text) => {
      for (const { fix, severity, offset, code } of compileTemplate(text).problems) {
        if (fix === undefined || severity === 'error') continue;
        const right = text.slice(0, fix.offset) + fix.text + text.slice(fix.offset + fix.length);
        const again = compileTemplate(right).problems.filter((problem) => problem.offset === offset && problem.code === code);
        assert.deepEqual(again, [], JSON.stringify({ text, right }));
      }
    }),
    { numRuns },
  );
});
