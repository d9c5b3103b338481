import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { it } from 'node:test';
import fc from 'fast-check';
import { decodeUtf8 } from '../../src/lib/utf8.ts';

const pieces = fc.constantFrom(
  [0x61],
  [0xc3, 0xa9],
  [0xef, 0xbf, 0xbd],
  [0xf0, 0x9f, 0x91, 0x8d],
  [0xef, 0xbb, 0xbf],
  [0xff],
  [0xc3],
  [0xed, 0xa0, 0x80],
  [0xe2, 0x82],
);

it('takes valid UTF-8 alone and names the first byte that is not', () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const bytes = Uint8Array.from(parts.flat());
      const decoded = decodeUtf8(bytes);
      if ('text' in decoded) {
        assert.deepEqual(new Uint8Array(Buffer.from(decoded.text)), bytes);
        return;
      }
      assert.ok(!isUtf8(bytes));
      assert.ok(isUtf8(bytes.subarray(0, decoded.badByteAt)), 'everything before it is valid');
    }),
  );
});
