import type { Finding, Ports, Rollout, StepTrace } from '../../src/engineer/ports.ts';
import type { Row } from '../../src/engineer/row.ts';
import type { Task } from '../../src/engineer/task.ts';
import type { Component } from '../../src/engineer/texts.ts';
import type { Family, StepName } from './family.ts';
import { FORMAT_LINE } from './names.ts';
import { answerOf } from './optimiser-answer.ts';
import { makeWorld, type Order, type Played, type Prompts, type World } from './world.ts';

/** A world as an optimiser meets it: texts in, texts out. */
export interface Play {
  readonly world: World;
  readonly task: Task;
  readonly ports: Ports;
  /** The exact share of the achievable gain that these texts have. */
  gap(texts: Prompts): number;
  /** The expected score on the test rows. */
  truth(texts: Prompts): number;
}

const KEEP = new RegExp(`^${FORMAT_LINE.replaceAll('.', '\\.')}$`);

/** `answers`: the rows tell their right answers, whatever the feedback says. */
export function playOf(family: Family, seed: number, { answers = false } = {}): Play {
  const world = makeWorld(seed, family.world);
  const { steps } = world.options;
  const start = texts(family.saturated ? world.oracle : world.seedPrompts);
  const orders = new Map([...world.train, ...world.val, ...world.test].map((order) => [order.ticket, order]));
  const rowOf = (order: Order): Row => ({
    id: order.ticket,
    vars: { order: orderText(world, order) },
    ...(answers ? { expected: pairs(world.target(order)) } : {}),
  });
  const rowsOf = (some: readonly Order[]) => some.map(rowOf);
  const truth = (some: Prompts) => world.expected(promptsOf(some), world.test);
  const [low, high] = [world.expected(world.seedPrompts, world.test), world.expected(world.oracle, world.test)];
  return {
    world,
    task: {
      components: steps.map((step): Component => ({ id: `${step}.prompt`, step, keep: [KEEP] })),
      steps,
      texts: start,
      train: rowsOf(world.train),
      val: rowsOf(world.val),
      test: rowsOf(world.test),
    },
    ports: {
      async rollout({ texts: some, row, repeat }): Promise<Rollout> {
        const order = orders.get(row.id);
        if (order === undefined) throw new Error(`no order is called ${row.id}`);
        return rolloutOf(world, world.play(promptsOf(some), order, repeat));
      },
      ask: async (question) => answerOf(question, seed, family.skills),
    },
    gap: (some) => (truth(some) - low) / (high - low),
    truth,
  };
}

function texts(prompts: Prompts): Prompts {
  return Object.fromEntries(Object.entries(prompts).map(([step, text]) => [`${step}.prompt`, text]));
}

function promptsOf(some: Prompts): Prompts {
  return Object.fromEntries(Object.entries(some).map(([id, text]) => [id.replace(/\.prompt$/, ''), text]));
}

function orderText({ jargon, options }: World, { ticket, segment, items }: Order): string {
  const said = items.map((item) => (options.steps.includes('normalise') ? (jargon.get(item) ?? item) : item));
  return `${ticket}: customer is ${segment}; mentions ${said.join(', ')}`;
}

function pairs(values: ReadonlyMap<string, string>): string {
  return [...values].map((pair) => pair.join('=')).join('; ');
}

function rolloutOf(world: World, played: Played): Rollout {
  const { steps } = world.options;
  return {
    score: played.score,
    pass: played.score >= 1,
    output: pairs(played.output),
    steps: steps.map((step) => traceOf(world, played, step)),
    findings: findingsOf(world, played),
    calls: steps.length,
    costUsd: steps.length * 0.001,
  };
}

function traceOf(world: World, { order, output }: Played, step: StepName): StepTrace {
  const seen = order.items.filter((item) => output.get(item) !== 'missing');
  const customer = `${order.ticket}: customer is ${order.segment}`;
  if (step === 'normalise') {
    const lost = order.items.flatMap((item) => (output.get(item) === 'missing' ? (world.jargon.get(item) ?? []) : []));
    const said = `recognised: ${seen.join(', ')} | unrecognised: ${lost.join(', ')}`;
    return { step, received: { order: orderText(world, order) }, output: said };
  }
  if (step === 'report') return { step, received: { order: `${customer}; decisions given` }, output: `tag=${output.get('tag')}` };
  const decided = seen.map((item) => `${item}=${output.get(item)}`).join('; ');
  return { step, received: { order: `${customer}; properties ${seen.join(', ')}` }, output: decided };
}

function findingsOf(world: World, played: Played): Finding[] {
  const text = feedback(world, played);
  return text === '' ? [] : [{ text }];
}

function feedback({ options, conflicting }: World, { order, output, target, readable, score }: Played): string {
  if (options.feedback === 'score') return `Score ${score.toFixed(2)}.`;
  if (!readable) return 'FORMAT: the answer was not key=value pairs.';
  const wrong = [...target].filter(([item, code]) => output.get(item) !== code);
  if (wrong.length === 0) return 'Correct.';
  if (options.feedback === 'symptom') return `Wrong: ${wrong.map(([item]) => item).join(', ')}.`;
  if (options.feedback === 'rich') {
    const because = (item: string) => (item !== 'tag' && conflicting(item) ? ` because the customer is ${order.segment}` : '');
    return `Wrong: ${wrong.map(([item, code]) => `${item} must be ${code}${because(item)}`).join('; ')}.`;
  }
  const listed = (codeOf: (item: string) => string | undefined) =>
    [...target.keys()].map((item) => `${item}=${codeOf(item)}`).join('; ');
  return `Expected ${listed((item) => target.get(item))} | Got ${listed((item) => output.get(item))}`;
}
