import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { builtIn } from './toolbox.ts';

const time = await builtIn('time');

for (const [args, text] of [
  [{ timezone: 'UTC' }, '2026-03-01T12:00:00+00:00 (Sunday, UTC; UTC 2026-03-01T12:00:00Z)'],
  [{ timezone: 'Europe/Berlin' }, '2026-03-01T13:00:00+01:00 (Sunday, Europe/Berlin; UTC 2026-03-01T12:00:00Z)'],
  [{ timezone: 'Pacific/Auckland' }, '2026-03-02T01:00:00+13:00 (Monday, Pacific/Auckland; UTC 2026-03-01T12:00:00Z)'],
  [{ timezone: 'America/St_Johns' }, '2026-03-01T08:30:00-03:30 (Sunday, America/St_Johns; UTC 2026-03-01T12:00:00Z)'],
  [
    { at: '2026-07-01T09:00', timezone: 'Europe/Berlin' },
    '2026-07-01T09:00:00+02:00 (Wednesday, Europe/Berlin; UTC 2026-07-01T07:00:00Z)',
  ],
  [
    { at: '2026-07-01T09:00Z', timezone: 'Asia/Tokyo' },
    '2026-07-01T18:00:00+09:00 (Wednesday, Asia/Tokyo; UTC 2026-07-01T09:00:00Z)',
  ],
  [{ from: '2026-03-01', timezone: 'UTC' }, '12 hours (43200 seconds, PT12H)'],
  [{ from: '2024-02-28', to: '2024-03-01', timezone: 'UTC' }, '2 days (172800 seconds, P2D)'],
  [{ from: '2026-03-29', to: '2026-03-30', timezone: 'Europe/Berlin' }, '23 hours (82800 seconds, PT23H)'],
  [{ from: '2026-01-01T00:00:01Z', to: '2026-01-01T00:00:00Z' }, 'minus 1 second (-1 seconds, -PT1S)'],
  [{ from: '2026-01-01T00:00Z', to: '2026-01-01T01:00+01:00' }, '0 seconds (0 seconds, PT0S)'],
  [
    { from: '2026-01-01T00:00:00.25Z', to: '2026-01-02T01:01:01Z' },
    '1 day, 1 hour, 1 minute, 0.75 seconds (90060.75 seconds, P1DT1H1M0.75S)',
  ],
] as const) {
  test(`time ${JSON.stringify(args)}`, async () => assert.deepEqual((await time(args)).text, text));
}

for (const [args, words] of [
  [{ timezone: 'Europe/Berln' }, /did you mean "Europe\/Berlin"/],
  [{ timezone: '' }, /no time zone ""/],
  [{ timezone: '../etc' }, /no time zone/],
  [{ at: '2026-02-30' }, /"2026-02-30" is not a time/],
  [{ at: 'yesterday' }, /ISO 8601/],
  [{ at: '2026-01-01T25:00' }, /is not a time/],
  [{ at: '2026-01-01T00:00+99:00' }, /is not a time/],
  [{ at: '01/02/2026' }, /is not a time/],
  [{ to: '2026-01-01' }, /give from/],
  [{ from: '2026-01-01', at: '2026-01-01' }, /give from/],
] as const) {
  test(`time says what is wrong with ${JSON.stringify(args)}`, async () => {
    const { text, isError } = await time(args);
    assert.equal(isError, true);
    assert.match(text, words);
  });
}

test('a time shown in any zone is the same instant', async () => {
  const zones = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'Pacific/Apia',
  );
  const times = fc.date({ min: new Date('1970-01-02T00:00:00Z'), max: new Date('2090-01-01T00:00:00Z'), noInvalidDate: true });
  await fc.assert(
    fc.asyncProperty(times, zones, async (date, timezone) => {
      const at = `${date.toISOString().slice(0, 19)}Z`;
      const { data } = await time({ at, timezone });
      const { iso, utc, unix } = data as { iso: string; utc: string; unix: number };
      assert.equal(Date.parse(iso), Date.parse(at));
      assert.equal(utc, at);
      assert.equal(unix * 1000, Date.parse(at));
    }),
  );
});
