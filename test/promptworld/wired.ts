import { chat } from '../fake/chat.ts';
import type { FakeRequest } from '../fake/provider.ts';
import type { Reply } from '../fake/reply.ts';
import { familyOf } from './family.ts';
import { answerOf, orderText, pairs, playOf, sectionsOf } from './ports.ts';
import type { Order } from './world.ts';

/** A world of one step behind a provider's protocol: a chain file, its rows, and what the models answer. */
export interface WiredWorld {
  readonly files: { readonly 'chain.yaml': string; readonly 'rows.jsonl': string };
  reply(request: FakeRequest): Reply;
  /** The expected score on unseen rows of a prompt as the chain file has it. */
  truth(prompt: string): number;
  readonly orders: { readonly train: readonly string[]; readonly val: readonly string[]; readonly test: readonly string[] };
}

export interface Sizes {
  readonly train: number;
  readonly val: number;
  readonly test: number;
}

export function wiredWorld(name: string, seed: number, sizes: Sizes): WiredWorld {
  const family = familyOf(name);
  const { world } = playOf(family, seed);
  const parts = {
    train: world.train.slice(0, sizes.train),
    val: world.val.slice(0, sizes.val),
    test: world.test.slice(0, sizes.test),
  };
  const orders = new Map(Object.values(parts).flatMap((some) => some.map((order) => [order.ticket, order])));
  const prompt = world.seedPrompts['decide'] ?? '';
  const said = (order: Order) => orderText(world, order);

  const task = (text: string): Reply => {
    const ticket = ORDER.exec(text)?.[1] ?? '';
    const order = orders.get(ticket);
    if (order === undefined) return { status: 400, error: { message: `no order ${ticket}` } };
    const played = world.play({ decide: text.replace(ORDER, '').trim() }, order, 0);
    return { text: played.readable ? pairs(played.output) : 'I would rather not say.' };
  };
  return {
    files: {
      'chain.yaml': chainFile(prompt),
      'rows.jsonl': Object.entries(parts)
        .flatMap(([split, some]) =>
          some.map((order) =>
            JSON.stringify({ id: order.ticket, input: said(order), expected: pairs(world.target(order)), split }),
          ),
        )
        .join('\n'),
    },
    reply({ body }) {
      const { lastUser } = chat.ask(body);
      if (!lastUser.includes('<current_prompt>') && !lastUser.includes('<draft')) return task(lastUser);
      return { text: answerOf({ prompt: withFeedback(lastUser), sample: 0 }, seed, family).text };
    },
    truth: (text) => world.expected({ decide: text.replace(/^Order: .*$/m, '').trim() }, world.test),
    orders: { train: parts.train.map(said), val: parts.val.map(said), test: parts.test.map(said) },
  };
}

const ORDER = /^Order: (T\d+): .*$/m;

/** The simulated optimiser reads one form of feedback; what it says is all in the rows of the question. */
function withFeedback(question: string): string {
  return question.replace(/<row>\n[\s\S]*?\n<\/row>/g, (row) => {
    const of = (tag: string) => sectionsOf(row, tag).join('');
    const feedback = `Expected ${of('expected')} | Got ${of('output')}`;
    return row.replace(/<feedback>\n[\s\S]*?\n<\/feedback>/, () => `<feedback>\n${feedback}\n</feedback>`);
  });
}

function chainFile(prompt: string): string {
  return `# How orders are handled.
name: orders
models:
  task: { model: openai/task, price: { input: 1, output: 2 } } # cheap
  writer: { model: openai/writer, price: { input: 3, output: 12 } }
model: task

engineer:
  data: rows.jsonl
  models: { improver: writer }
  steps:
    decide: { keep: ["^Answer only with"] }

steps:
  - id: decide # the heart of it
    prompt: | # what is asked
${prompt
  .split('\n')
  .map((line) => `      ${line}`)
  .join('\n')}
      Order: {input}
    temperature: 0 # as exact as can be
`;
}
