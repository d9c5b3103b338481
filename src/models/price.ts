import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Io } from '../core/io.ts';
import type { ModelSpec, Usage } from '../core/model.ts';
import { once, onceEach } from '../lib/once.ts';
import { entryOf, type PricedModel, type Prices, pricesAt } from './price-table.ts';
import type { Provider } from './provider.ts';

export type CostOf = (usage: Usage) => number | null;

/** The price tables by provider, each read once: a chain has a model for every step. */
export type PriceTables = (name: string) => readonly PricedModel[];

export function priceTables({ packageDir }: Pick<Io, 'packageDir'>): PriceTables {
  return onceEach((name) => readTable(packageDir, name));
}

/** What so many tokens of a model cost, in US dollars: by the file's own price, nothing on the user's own hardware, else by the table. */
export function costOf(
  spec: ModelSpec,
  provider: Provider,
  io: Pick<Io, 'clock' | 'packageDir'>,
  tables: PriceTables = priceTables(io),
): CostOf {
  const { price } = spec;
  if (price !== undefined) {
    const prices: Prices = {
      input_mtok: price.input,
      output_mtok: price.output,
      ...(price.cachedInput === undefined ? {} : { cache_read_mtok: price.cachedInput }),
    };
    return (usage) => cost(prices, usage);
  }
  if (provider.free === true && !RUNS_ELSEWHERE.test(spec.name)) return () => 0;
  const entry = once(() => entryOf(tables(provider.prices ?? provider.id), spec.name));
  return (usage) => {
    const prices = pricesAt(entry(), io.clock.now());
    return prices === undefined ? null : cost(prices, usage);
  };
}

/** Tokens that a model reads and writes at once: what the file says, else what the table knows. */
export function windowOf(spec: ModelSpec, provider: Provider, tables: PriceTables): number | undefined {
  if (spec.window !== undefined) return spec.window;
  return provider.free === true ? undefined : entryOf(tables(provider.prices ?? provider.id), spec.name)?.window;
}

/** Models that Ollama passes on to its own servers. */
const RUNS_ELSEWHERE = /[:-]cloud$/;

/** Written by the build (`write-prices.js`); a provider without a file has no known prices. */
function readTable(packageDir: string, name: string): readonly PricedModel[] {
  try {
    return JSON.parse(readFileSync(join(packageDir, 'dist/prices', `${name}.json`), 'utf8')) as readonly PricedModel[];
  } catch {
    return [];
  }
}

/** Above a threshold of input a model may charge more for all of the call. */
function cost(prices: Prices, { input_tokens, output_tokens, cached_input_tokens, cache_write_tokens }: Usage): number {
  const perToken = (price: Prices[keyof Prices]): number => {
    if (price === undefined || typeof price === 'number') return (price ?? 0) / MILLION;
    const tier = price.tiers.findLast(({ start }) => input_tokens > start);
    return (tier?.price ?? price.base) / MILLION;
  };
  const read = prices.cache_read_mtok === undefined ? 0 : Math.min(cached_input_tokens ?? 0, input_tokens);
  const written = prices.cache_write_mtok === undefined ? 0 : Math.min(cache_write_tokens ?? 0, input_tokens - read);
  return (
    (input_tokens - read - written) * perToken(prices.input_mtok) +
    read * perToken(prices.cache_read_mtok) +
    written * perToken(prices.cache_write_mtok) +
    output_tokens * perToken(prices.output_mtok) +
    (prices.requests_kcount ?? 0) / 1000
  );
}

const MILLION = 1_000_000;
