import { drawsOf, hashText, mix, uniform } from '../../src/lib/counted-random.ts';
import type { StepName, WorldOptions } from './family.ts';
import { FORMAT_LINE, JARGON, PROPERTIES, PROTOCOLS, SEGMENTS, TAGS } from './names.ts';
import { type ReadPrompt, readPrompt } from './read-prompt.ts';

/** An order: what it says of its customer and which properties it has. */
export interface Order {
  readonly number: number;
  readonly ticket: string;
  readonly segment: string;
  readonly items: readonly string[];
}

export type Prompts = Readonly<Record<string, string>>;

/** One answer of the simulated chain. */
export interface Played {
  readonly order: Order;
  readonly score: number;
  /** Item to code, `missing` where the first step lost it. */
  readonly output: ReadonlyMap<string, string>;
  readonly target: ReadonlyMap<string, string>;
  readonly readable: boolean;
}

/** A chain of steps that follows the rules it finds in its prompts, with the exact truth about every prompt. */
export interface World {
  readonly options: WorldOptions;
  readonly train: readonly Order[];
  readonly val: readonly Order[];
  readonly test: readonly Order[];
  readonly codes: readonly string[];
  readonly jargon: ReadonlyMap<string, string>;
  readonly conflicting: (property: string) => boolean;
  readonly seedPrompts: Prompts;
  readonly oracle: Prompts;
  /** The right answer. */
  target(order: Order): ReadonlyMap<string, string>;
  /** The mean score the prompts have in truth, over all ways the draws can fall. */
  expected(prompts: Prompts, orders: readonly Order[]): number;
  /** One rollout. Draws depend on the world, the prompts, the order and `repeat` alone. */
  play(prompts: Prompts, order: Order, repeat: number): Played;
}

type Distribution = ReadonlyMap<string, number>;

export function makeWorld(seed: number, options: WorldOptions): World {
  const draws = drawsOf(seed, 101);
  const properties = draws.shuffled(PROPERTIES).slice(0, options.properties);
  const codes = PROTOCOLS.slice(0, options.protocols);
  const targets = makeTargets();
  const terms = draws.shuffled(JARGON);
  const renamed = draws.shuffled(properties.slice(options.standard)).slice(0, options.jargon);
  const jargon = new Map(renamed.map((property, index) => [property, terms[index] ?? '']));
  const tags = new Map(SEGMENTS.map((segment) => [segment, draws.pick(TAGS)]));
  const orders = makeOrders();
  const lastStep = options.steps.at(-1) ?? 'decide';
  const seedPrompts = Object.fromEntries(options.steps.map((step) => [step, firstLines(step).join('\n')]));
  const oracle = Object.fromEntries(options.steps.map((step) => [step, [...firstLines(step), ...rulesOf(step)].join('\n')]));
  const read = remembered(readPrompt);
  const hashOf = remembered(hashText);

  return {
    options,
    codes,
    jargon,
    seedPrompts,
    oracle,
    target: targetOf,
    conflicting: (property) => new Set(targets.get(property)?.values()).size > 1,
    train: orders.slice(0, options.train),
    val: orders.slice(options.train, options.train + options.val),
    test: orders.slice(options.train + options.val),
    expected(prompts, chosen) {
      let total = 0;
      for (const order of chosen) {
        const { items, readable } = chances(prompts, order);
        const target = targetOf(order);
        const right = items.map(([item, values]) => values.get(target.get(item) ?? '') ?? 0);
        const score =
          options.scoring === 'binary'
            ? right.reduce((product, one) => product * one, 1)
            : right.reduce((sum, one) => sum + one, 0) / right.length;
        total += readable * score;
      }
      return total / chosen.length;
    },
    play(prompts, order, repeat) {
      let hash = 0;
      for (const step of options.steps) hash = mix(hash, hashOf(prompts[step] ?? ''));
      const { items, readable } = chances(prompts, order);
      const output = new Map<string, string>();
      for (const [index, [item, values]] of items.entries())
        output.set(item, drawn(values, uniform(seed, hash, order.number, index, repeat)));
      const isReadable = uniform(seed, hash, order.number, 99, repeat) < readable;
      const target = targetOf(order);
      const right = [...target].filter(([item, code]) => output.get(item) === code).length;
      const whole = options.scoring === 'partial' ? right / target.size : Number(right === target.size);
      const score = isReadable ? whole : 0;
      const flipped = options.metricNoise > 0 && uniform(seed, hash, order.number, 77, repeat) < options.metricNoise;
      return { order, score: flipped ? 1 - score : score, output, target, readable: isReadable };
    },
  };

  function makeTargets(): ReadonlyMap<string, ReadonlyMap<string, string>> {
    const result = new Map<string, ReadonlyMap<string, string>>();
    for (const [index, property] of properties.entries()) {
      const same = (code: string) => new Map(SEGMENTS.map((segment) => [segment, code]));
      if (index < options.standard) result.set(property, same('standard'));
      else if (index < options.standard + options.conflict) {
        const first = draws.pick(codes);
        const second = draws.pick(codes.filter((code) => code !== first));
        const half = draws.shuffled(SEGMENTS).slice(0, 2);
        result.set(property, new Map(SEGMENTS.map((segment) => [segment, half.includes(segment) ? first : second])));
      } else result.set(property, same(draws.pick(codes)));
    }
    return result;
  }

  function makeOrders(): readonly Order[] {
    const weights = properties.map((_, index) => 1 / (index + 1) ** options.zipf);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const ranked = draws.shuffled(properties);
    const drawItem = (): string => {
      let rest = draws.next() * total;
      for (const [index, property] of ranked.entries()) {
        rest -= weights[index] ?? 0;
        if (rest <= 0) return property;
      }
      return ranked.at(-1) ?? '';
    };
    return Array.from({ length: options.train + options.val + options.test }, (_, number) => {
      const size = 1 + draws.below(options.mostItems);
      const items: string[] = [];
      while (items.length < size) {
        const item = drawItem();
        if (!items.includes(item)) items.push(item);
      }
      return { number, ticket: `T${String(number).padStart(3, '0')}`, segment: draws.pick(SEGMENTS), items };
    });
  }

  function firstLines(step: StepName): readonly string[] {
    return step === lastStep ? [TASKS[step], FORMAT_LINE] : [TASKS[step]];
  }

  function rulesOf(step: StepName): readonly string[] {
    if (step === 'report') return SEGMENTS.map((segment) => `- If the customer is ${segment} then use ${tags.get(segment)}.`);
    if (step === 'normalise') return [...jargon].map(([property, term]) => `- If the term is ${term} then use ${property}.`);
    return properties.flatMap((property) => {
      const bySegment = [...(targets.get(property) ?? [])];
      const [first = ''] = bySegment.map(([, code]) => code);
      if (first === 'standard') return [];
      if (bySegment.every(([, code]) => code === first)) return [`- If the property is ${property} then use ${first}.`];
      return bySegment.map(
        ([segment, code]) => `- If the property is ${property} and the customer is ${segment} then use ${code}.`,
      );
    });
  }

  function targetOf({ items, segment }: Order): ReadonlyMap<string, string> {
    const target = new Map(items.map((item) => [item, targets.get(item)?.get(segment) ?? '']));
    if (options.steps.includes('report')) target.set('tag', tags.get(segment) ?? '');
    return target;
  }

  function attention({ lines }: ReadPrompt): number {
    return (1 - options.slip) * options.dilution ** Math.max(0, lines - options.cap);
  }

  /** Per item the chance of every value, and the chance that the answer can be read. */
  function chances(prompts: Prompts, order: Order): { items: readonly (readonly [string, Distribution])[]; readable: number } {
    if (options.inert) {
      const code = (item: string) => targets.get(item)?.get(order.segment) ?? '';
      return { items: order.items.map((item) => [item, spread([code(item), 0.55], ['standard', 0.45])]), readable: 1 };
    }
    const items: (readonly [string, Distribution])[] = order.items.map((item) => {
      const recognised = recognition(prompts, item);
      const decided = decision(read(prompts['decide'] ?? ''), order, item);
      const values = [...decided].map(([code, chance]) => [code, chance * recognised] as const);
      return [item, spread(...values, ...(recognised < 1 ? [['missing', 1 - recognised] as const] : []))];
    });
    if (options.steps.includes('report')) items.push(['tag', tagging(read(prompts['report'] ?? ''), order)]);
    return { items, readable: read(prompts[lastStep] ?? '').format ? 1 : options.readable };
  }

  function recognition(prompts: Prompts, item: string): number {
    const term = jargon.get(item);
    if (!options.steps.includes('normalise') || term === undefined) return 1;
    const prompt = read(prompts['normalise'] ?? '');
    const named = prompt.rules.get(`term ${term}`);
    if (named === undefined) return 0;
    return attention(prompt) * (named.filter((one) => one === item).length / named.length);
  }

  function decision(prompt: ReadPrompt, { segment, ticket }: Order, item: string): Distribution {
    const followed = attention(prompt);
    const codesOfRule = prompt.rules.get(`property ${item} ${segment}`) ?? prompt.rules.get(`property ${item}`);
    if (codesOfRule !== undefined) return shared(codesOfRule, followed, 'standard');
    const memorised = prompt.memorised.get(`${ticket} ${item}`);
    if (memorised !== undefined) return shared([memorised], followed, 'standard');
    const demonstrated = prompt.demos.get(item);
    if (demonstrated !== undefined) return shared(demonstrated, options.demo * followed, 'standard');
    return spread(['standard', 1]);
  }

  function tagging(prompt: ReadPrompt, { segment }: Order): Distribution {
    const tagsOfRule = prompt.rules.get(`customer ${segment}`);
    return tagsOfRule === undefined ? spread(['none', 1]) : shared(tagsOfRule, attention(prompt), 'none');
  }
}

const TASKS: Readonly<Record<StepName, string>> = {
  normalise: 'You list the properties mentioned in the order.',
  decide: 'You pick a protocol for every property of the order.',
  report: 'You write the final report.',
};

/** `followed` in equal parts for the values of contradicting rules, the rest for `otherwise`. */
function shared(values: readonly string[], followed: number, otherwise: string): Distribution {
  return spread(...values.map((value) => [value, followed / values.length] as const), [otherwise, 1 - followed]);
}

function spread(...parts: readonly (readonly [string, number])[]): Distribution {
  const result = new Map<string, number>();
  for (const [value, chance] of parts) result.set(value, (result.get(value) ?? 0) + chance);
  return result;
}

function drawn(values: Distribution, at: number): string {
  let rest = at;
  for (const [value, chance] of values) {
    rest -= chance;
    if (rest < 0) return value;
  }
  return [...values.keys()].at(-1) ?? '';
}

function remembered<T>(compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let value = known.get(text);
    if (value === undefined) {
      value = compute(text);
      known.set(text, value);
    }
    return value;
  };
}
