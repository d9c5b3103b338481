import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calcPrice, findProvider } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { costOf } from '../../src/models/price.ts';
import { PROVIDERS, providerOf } from '../../src/models/providers.ts';
import { packageDir } from '../package/package-dir.ts';

const usage = fc
  .record({ input_tokens: fc.nat(2_000_000), output_tokens: fc.nat(200_000), cached: fc.double({ min: 0, max: 1, noNaN: true }) })
  .map(({ cached, ...rest }) => ({ ...rest, cached_input_tokens: Math.floor(rest.input_tokens * cached) }));
const moment = fc.date({ min: new Date('2025-01-01T00:00:00Z'), max: new Date('2027-06-01T00:00:00Z'), noInvalidDate: true });

for (const provider of PROVIDERS) {
  const table = findProvider({ providerId: provider.prices ?? provider.id });
  if (table?.id !== (provider.prices ?? provider.id)) continue;
  test(`what a call costs at ${provider.label} is what genai-prices says`, () => {
    const models = table.models.map(({ id }) => id);
    fc.assert(
      fc.property(fc.constantFrom(...models), usage, moment, (name, used, at) => {
        const spec = { id: `${provider.id}/${name}`, provider: provider.id, name, params: {} };
        const io = { packageDir, clock: { now: () => at.getTime(), elapsed: () => 0, sleep: () => Promise.resolve() } };
        const ours = costOf(spec, provider, io)(used);
        if (ours === null) return;
        const { cached_input_tokens: cache_read_tokens, ...tokens } = used;
        const theirs = calcPrice({ ...tokens, cache_read_tokens }, name, { providerId: table.id, timestamp: at });
        assert.ok(theirs !== null && Math.abs(ours - theirs.total_price) < 1e-9, `${name} ${ours} ${theirs?.total_price}`);
      }),
    );
  });
}

test('most models of the large providers have a price', () => {
  for (const [id, names] of [
    ['openai', ['gpt-4o-mini', 'gpt-4o-mini-2024-07-18', 'gpt-5.4-mini', 'o3']],
    ['anthropic', ['claude-sonnet-4-5', 'claude-haiku-4-5-20251001']],
    ['gemini', ['gemini-2.5-flash']],
    ['mistral', ['mistral-small-latest']],
    ['azure', ['gpt-4o']],
  ] as const) {
    for (const name of names) {
      const provider = providerOf(id);
      assert.ok(provider !== undefined);
      const clock = { now: Date.now, elapsed: () => 0, sleep: () => Promise.resolve() };
      const cost = costOf({ id: `${id}/${name}`, provider: id, name, params: {} }, provider, { packageDir, clock });
      assert.ok((cost({ input_tokens: 1000, output_tokens: 1000 }) ?? 0) > 0, `${id}/${name}`);
    }
  }
});
