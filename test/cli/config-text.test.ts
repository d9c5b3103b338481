import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readConfigText } from '../../src/cli/config-text.ts';

const RUNS = Number(process.env.PROMPTCHAIN_TEST_RUNS ?? 300);

const word = fc.constantFrom(
  'model',
  'color',
  'providers',
  'env_file',
  '__proto__',
  'echo/x',
  'null',
  '-',
  '{',
  '}',
  '[',
  ']',
  ':',
  '#',
  '&a',
  '*a',
  '!x',
  '"',
  "'",
  '|',
  '\n',
  '\n  ',
  ' ',
  '\t',
  '\ufeff',
  '\u2028',
  '\r\n',
);
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(word, { maxLength: 40 }).map((words) => words.join('')),
  fc.array(word, { maxLength: 20 }).map((words) => words.join(' ')),
);

describe('a configuration file of any text', () => {
  it('is taken, or refused with problems that have a place in it', () => {
    fc.assert(
      fc.property(text, fc.boolean(), (source, user) => {
        const { values, problems } = readConfigText({ file: '/somewhere/config.yaml', text: source, user });
        const lines = source.split('\n');
        for (const { code, message, position } of problems) {
          assert.match(code, /^PC19\d\d$/);
          assert.notEqual(message, '');
          assert.ok(position.line >= 1 && position.line <= lines.length, `line ${position.line} of ${lines.length}`);
          assert.ok(
            position.column >= 1 && position.column <= (lines[position.line - 1]?.length ?? 0) + 1,
            `column ${position.column}`,
          );
        }
        if (problems.length > 0) assert.deepEqual(values, {});
        if (!user) assert.ok(!('color' in values) && !('providers' in values) && !('allow_hosts' in values));
      }),
      { numRuns: RUNS },
    );
  });
});
