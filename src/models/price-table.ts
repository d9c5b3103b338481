/** One entry of a price table, as the build writes it. */
export interface PricedModel {
  readonly match: Match;
  /** The last one that holds counts. */
  readonly periods: readonly Period[];
  /** Tokens it reads and writes at once. */
  readonly window?: number;
}

type Match =
  | { readonly or: readonly Match[] }
  | { readonly and: readonly Match[] }
  | { readonly equals: string }
  | { readonly starts_with: string }
  | { readonly ends_with: string }
  | { readonly contains: string }
  | { readonly regex: string };

interface Period {
  readonly type?: 'start_date' | 'time_of_date';
  readonly start_date?: string;
  /** `HH:MM:SSZ`. */
  readonly start_time?: string;
  readonly end_time?: string;
  readonly prices: Prices;
}

/** US dollars per million tokens, and per thousand requests. */
export interface Prices {
  readonly input_mtok: Price;
  readonly output_mtok: Price;
  readonly cache_read_mtok?: Price;
  readonly cache_write_mtok?: Price;
  readonly requests_kcount?: number;
}

type Price = number | { readonly base: number; readonly tiers: readonly { readonly start: number; readonly price: number }[] };

export function pricesAt(entry: PricedModel | undefined, nowMs: number): Prices | undefined {
  const periods = entry?.periods ?? [];
  return (periods.findLast((period) => holds(period, nowMs)) ?? periods[0])?.prices;
}

export function entryOf(table: readonly PricedModel[], model: string): PricedModel | undefined {
  const name = model.toLowerCase();
  return entryFor(table, name) ?? entryFor(table, withDashes(name));
}

function entryFor(table: readonly PricedModel[], name: string): PricedModel | undefined {
  return table.find(({ match }) => fits(match, name));
}

/** Some hosts write the date of a version without dashes. */
function withDashes(name: string): string {
  return name.replace(/-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g, '-$1-$2-$3');
}

function fits(match: Match, name: string): boolean {
  if ('or' in match) return match.or.some((each) => fits(each, name));
  if ('and' in match) return match.and.every((each) => fits(each, name));
  if ('equals' in match) return name === match.equals.toLowerCase();
  if ('starts_with' in match) return name.startsWith(match.starts_with.toLowerCase());
  if ('ends_with' in match) return name.endsWith(match.ends_with.toLowerCase());
  if ('contains' in match) return name.includes(match.contains.toLowerCase());
  return new RegExp(match.regex).test(name);
}

function holds({ type, start_date, start_time = '', end_time = '' }: Period, nowMs: number): boolean {
  if (type === 'start_date') return nowMs >= Date.parse(start_date ?? '');
  if (type !== 'time_of_date') return true;
  const time = new Date(nowMs).toISOString().slice(11, 19);
  const [start, end] = [start_time.slice(0, 8), end_time.slice(0, 8)];
  return end < start ? time >= start || time < end : time >= start && time < end;
}
