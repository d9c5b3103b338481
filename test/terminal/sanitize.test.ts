import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createSanitizer, sanitize } from '../../src/terminal/sanitize.ts';

describe('text of a model on a terminal', () => {
  const cases: readonly (readonly [name: string, text: string, shown: string])[] = [
    ['colours', 'a\x1b[31;1mred\x1b[0m b', 'ared b'],
    ['cursor movement and clearing', 'a\x1b[2J\x1b[1;1Hb', 'ab'],
    ['a window title, ended by BEL', 'a\x1b]0;title\x07b', 'ab'],
    ['a window title, ended by ST', 'a\x1b]0;title\x1b\\b', 'ab'],
    ['a hyperlink', '\x1b]8;;https://evil.example\x1b\\text\x1b]8;;\x1b\\', 'text'],
    ['a clipboard write', 'a\x1b]52;c;cm0gLXJm\x07b', 'ab'],
    ['a device control string', 'a\x1bP1$r0m\x1b\\b', 'ab'],
    ['one-byte C1 forms', 'a\x9b31mred\x9d0;t\x9cb', 'aredb'],
    ['a reset and a charset switch', 'a\x1bcb\x1b(0c', 'abc'],
    ['bells, backspaces and carriage returns', 'a\x07\b\rb', 'ab'],
    ['CRLF', 'a\r\nb', 'a\nb'],
    ['DEL and NUL', 'a\x7f\0b', 'ab'],
    ['a control string without an end stops at the line break', 'a\x1b]0;x\nb', 'a\nb'],
    ['an aborted sequence', 'a\x1b[12\x18b', 'ab'],
    ['a sequence cut by a line break', 'a\x1b[3\nb', 'a\nb'],
    ['two escapes in a row', 'a\x1b\x1b[1mb', 'ab'],
    ['tabs, emoji and other scripts stay', 'é\t漢字 👩‍👩‍👧\n', 'é\t漢字 👩‍👩‍👧\n'],
  ];
  for (const [name, text, shown] of cases) {
    it(name, () => assert.equal(sanitize(text), shown));
  }

  it('shows the rest of a text after a control string that never ends', () => {
    assert.ok(sanitize(`\x1b]0;${'x'.repeat(10_000)}the end`).endsWith('the end'));
  });

  const piece = fc.constantFrom(
    '\x1b',
    '[',
    ']',
    '0',
    ';',
    'm',
    '\x07',
    '\x9b',
    '\x9c',
    '\\',
    '\n',
    'P',
    'a',
    '\x18',
    '(',
    ' ',
    'é',
    '👍',
  );
  const hostile = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));

  it('gives the same text however it is split', () => {
    fc.assert(
      fc.property(hostile, fc.array(fc.nat(60), { maxLength: 8 }), (text, cuts) => {
        const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
        const clean = createSanitizer();
        const pieces = places.slice(1).map((end, index) => clean(text.slice(places[index], end)));
        assert.equal(pieces.join(''), sanitize(text));
      }),
    );
  });

  it('never lets a control character through', () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: 'binary' })), (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        assert.doesNotMatch(sanitize(text), /[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
      }),
    );
  });

  it('keeps every character of a text without control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the generator may make them
        fc.pre(!/[\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(text));
        assert.equal(sanitize(text), text);
      }),
    );
  });
});
