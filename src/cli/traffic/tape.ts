import type { Exchange } from './exchange.ts';

/** The exchanges of a cassette by their keys. A request recorded several times is answered in that order, then with the last. */
export interface Tape {
  next(key: string): Exchange | undefined;
  /** The same without moving on. */
  peek(key: string): Exchange | undefined;
}

export function createTape(exchanges: readonly Exchange[]): Tape {
  const waiting = new Map<string, { readonly list: Exchange[]; at: number }>();
  for (const exchange of exchanges) {
    const found = waiting.get(exchange.key);
    if (found === undefined) waiting.set(exchange.key, { list: [exchange], at: 0 });
    else found.list.push(exchange);
  }
  const peek = (key: string): Exchange | undefined => {
    const found = waiting.get(key);
    return found?.list[Math.min(found.at, found.list.length - 1)];
  };
  return {
    peek,
    next(key) {
      const exchange = peek(key);
      const found = waiting.get(key);
      if (found !== undefined) found.at += 1;
      return exchange;
    },
  };
}
