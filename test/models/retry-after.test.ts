import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { retryAfterMs } from '../../src/models/retry-after.ts';

const NOW = Date.parse('2026-11-22T09:00:00Z');
const CASES: readonly (readonly [string, Record<string, string>, number | undefined])[] = [
  ['seconds', { 'retry-after': '20' }, 20_000],
  ['a fraction of a second', { 'retry-after': '0.25' }, 250],
  ['an hour', { 'retry-after': '3600' }, 3_600_000],
  ['a date', { 'retry-after': 'Sun, 22 Nov 2026 09:00:05 GMT' }, 5_000],
  ['milliseconds', { 'retry-after-ms': '120' }, 120],
  ['milliseconds before seconds', { 'retry-after-ms': '120', 'retry-after': '9' }, 120],
  ['milliseconds that make no sense', { 'retry-after-ms': 'soon', 'retry-after': '9' }, 9_000],
  ['nothing', {}, undefined],
  ['an empty value', { 'retry-after': '' }, undefined],
  ['zero', { 'retry-after': '0' }, undefined],
  ['less than zero', { 'retry-after': '-5' }, undefined],
  ['a word', { 'retry-after': 'soon' }, undefined],
  ['an overflow', { 'retry-after': '99999999999' }, undefined],
  ['an exponent', { 'retry-after': '1e9' }, undefined],
  ['a date in the past', { 'retry-after': 'Sun, 22 Nov 2026 08:00:00 GMT' }, undefined],
  ['a date far away', { 'retry-after': 'Sun, 22 Nov 2099 08:00:00 GMT' }, undefined],
];

for (const [name, headers, expected] of CASES) {
  test(`retry-after: ${name}`, () => assert.equal(retryAfterMs(headers, NOW), expected));
}

test('whatever is written, the wait is undefined or between nothing and 30 days', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.oneof(
        fc.string(),
        fc.double().map(String),
        fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
      ),
      (ms, value) => {
        const wait = retryAfterMs({ 'retry-after-ms': ms, 'retry-after': value }, NOW);
        assert.ok(wait === undefined || (wait > 0 && wait <= 30 * 24 * 3_600_000));
      },
    ),
  );
});
