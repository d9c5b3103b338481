import type { FakeRequest, Reply } from '../fake/provider.ts';
import { contentText } from '../fake/reply.ts';
import { familyOf } from './family.ts';
import { answerOf } from './optimiser-answer.ts';
import { playOf } from './ports.ts';
import type { Order, Played } from './world.ts';

/** A world behind HTTP: files for the real program, and what the fake provider has to say. */
export interface WireWorld {
  /** `world.yaml` and `orders.jsonl`. */
  readonly files: { readonly 'world.yaml': string; readonly 'orders.jsonl': string };
  readonly replies: (request: FakeRequest) => Reply;
  /** The system prompt there is at first. */
  readonly system: string;
  /** What rows of a split give the chain. */
  inputs(split: 'train' | 'val' | 'test'): readonly string[];
  /** The exact share of the achievable gain that a system prompt has. */
  gap(system: string): number;
}

export interface WireOptions {
  readonly family?: string;
  readonly rows?: { readonly train: number; readonly val: number; readonly test: number };
  /** The same question gets the same answer, however often it is asked. */
  readonly steady?: boolean;
}

/**
 * One step whose system prompt is to be improved. The model `openai/worker` plays the step, with a new draw each time it is
 * asked the same; `openai/writer` writes prompts. Each knows only what is in the request.
 */
export function worldOnWire(seed: number, { family: name = 'binary', rows = ALL, steady = false }: WireOptions = {}): WireWorld {
  const family = familyOf(name);
  const { world, gap } = playOf(family, seed);
  const parts = {
    train: world.train.slice(0, rows.train),
    val: world.val.slice(0, rows.val),
    test: world.test.slice(0, rows.test),
  };
  const orders = Object.entries(parts).flatMap(([split, some]) => some.map((order) => ({ split, order })));
  const byTicket = new Map(orders.map(({ order }) => [order.ticket, order]));
  const asked = new Map<string, number>();
  const again = (text: string): number => {
    const times = asked.get(text) ?? 0;
    if (!steady) asked.set(text, times + 1);
    return times;
  };
  const row = ({ split, order }: { readonly split: string; readonly order: Order }) => {
    const expected = [...world.target(order)].map((pair) => pair.join('=')).join('; ');
    return JSON.stringify({ id: order.ticket, input: inputOf(order), expected, split });
  };
  const system = world.seedPrompts['decide'] ?? '';
  const chain = {
    model: 'openai/worker',
    steps: [{ id: 'decide', system, prompt: '{input}' }],
  };
  return {
    files: { 'world.yaml': `${JSON.stringify(chain, null, 2)}\n`, 'orders.jsonl': `${orders.map(row).join('\n')}\n` },
    system,
    inputs: (split) => parts[split].map(inputOf),
    replies({ body }) {
      const messages = Array.isArray(body['messages']) ? body['messages'] : [];
      const textOf = (...roles: string[]) =>
        messages
          .filter(({ role }) => roles.includes(role))
          .map(({ content }) => contentText(content))
          .join('\n');
      const [said, user] = [textOf('system', 'developer'), textOf('user')];
      if (String(body['model']) === 'writer')
        return { text: answerOf({ prompt: user, sample: again(user) }, seed, family.skills).text };
      const order = byTicket.get(/^T\d+/.exec(user)?.[0] ?? '');
      if (order === undefined) return { status: 400 };
      return { text: answerText(world.play({ decide: said.trimEnd() }, order, again(`${said}\n${user}`))) };
    },
    gap: (text) => gap({ 'decide.prompt': text }),
  };
}

const ALL = { train: Number.POSITIVE_INFINITY, val: Number.POSITIVE_INFINITY, test: 60 };

function inputOf({ ticket, segment, items }: Order): string {
  return `${ticket}: customer is ${segment}; properties ${items.join(', ')}`;
}

function answerText({ readable, output }: Played): string {
  return readable ? [...output].map((pair) => pair.join('=')).join('; ') : 'It depends on the order.';
}
