import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { jsonLine } from '../../src/terminal/json.ts';

it('a line of JSON is one line for every reader, obeyed by none, and comes back as it was', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('\n', '\u2028', '\u2029', '\x85', '\x9b', '\x1b[1m', '##[error]', '::error::', '#', '[', '\ud800'))
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(fc.dictionary(text, text), (value) => {
      const line = jsonLine({ value });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      assert.doesNotMatch(line, /[\n\r\x1b\x7f-\x9f\u2028\u2029]|##\[/);
      assert.deepEqual(JSON.parse(line), JSON.parse(JSON.stringify({ value })));
    }),
  );
});
