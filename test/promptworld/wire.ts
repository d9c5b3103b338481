import type { FakeRequest, Reply } from '../fake/provider.ts';
import { contentText } from '../fake/reply.ts';
import { familyOf } from './family.ts';
import { answerOf } from './optimiser-answer.ts';
import { playOf } from './ports.ts';
import type { Order, Played } from './world.ts';

/** A world behind HTTP: files for the real program, and what the fake provider has to say. */
export interface WireWorld {
  /** `world.yaml` and `orders.jsonl`. */
  readonly files: Readonly<Record<string, string>>;
  readonly replies: (request: FakeRequest) => Reply;
  /** The exact share of the achievable gain that a system prompt has. */
  gap(system: string): number;
}

/**
 * One step whose system prompt is to be improved. The model `openai/worker` plays the step, with a new draw each time it is
 * asked the same; `openai/writer` writes prompts. Each knows only what is in the request.
 */
export function worldOnWire(seed: number): WireWorld {
  const family = familyOf('binary');
  const { world, gap } = playOf(family, seed);
  const orders = [...world.train, ...world.val, ...world.test.slice(0, 60)];
  const byTicket = new Map(orders.map((order) => [order.ticket, order]));
  const asked = new Map<string, number>();
  const again = (text: string): number => {
    const times = asked.get(text) ?? 0;
    asked.set(text, times + 1);
    return times;
  };
  const splitOf = (order: Order) => (world.train.includes(order) ? 'train' : world.val.includes(order) ? 'val' : 'test');
  const row = (order: Order) => {
    const expected = [...world.target(order)].map((pair) => pair.join('=')).join('; ');
    return JSON.stringify({ id: order.ticket, input: inputOf(order), expected, split: splitOf(order) });
  };
  const chain = {
    model: 'openai/worker',
    steps: [{ id: 'decide', system: world.seedPrompts['decide'], prompt: '{input}' }],
  };
  return {
    files: { 'world.yaml': `${JSON.stringify(chain, null, 2)}\n`, 'orders.jsonl': `${orders.map(row).join('\n')}\n` },
    replies({ body }) {
      const messages = Array.isArray(body['messages']) ? body['messages'] : [];
      const textOf = (...roles: string[]) =>
        messages
          .filter(({ role }) => roles.includes(role))
          .map(({ content }) => contentText(content))
          .join('\n');
      const [system, user] = [textOf('system', 'developer'), textOf('user')];
      if (String(body['model']) === 'writer')
        return { text: answerOf({ prompt: user, sample: again(user) }, seed, family.skills).text };
      const order = byTicket.get(/^T\d+/.exec(user)?.[0] ?? '');
      if (order === undefined) return { status: 400 };
      return { text: said(world.play({ decide: system }, order, again(`${system}\n${user}`))) };
    },
    gap: (system) => gap({ 'decide.prompt': system }),
  };
}

function inputOf({ ticket, segment, items }: Order): string {
  return `${ticket}: customer is ${segment}; properties ${items.join(', ')}`;
}

function said({ readable, output }: Played): string {
  return readable ? [...output].map((pair) => pair.join('=')).join('; ') : 'It depends on the order.';
}
