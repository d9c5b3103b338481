import { merge } from '../lib/merge.ts';
import type { OptimizeEvent, RefusedEvent } from './events.ts';
import type { Candidate } from './pool.ts';
import { reflectionPrompt, type Shown } from './reflection-prompt.ts';
import { rewrite } from './rewrite.ts';
import type { Row } from './row.ts';
import { maxCharactersOf, type Search } from './task.ts';
import type { Component, Texts } from './texts.ts';

export interface Occasion {
  readonly iteration: number;
  readonly parent: Candidate;
  /** Failures of the parent, a question to the optimiser model each. */
  readonly chunks: readonly (readonly Row[])[];
  readonly passes: readonly Row[];
  /** Wrong answers seen so far, by row. */
  readonly tried: ReadonlyMap<string, readonly string[]>;
}

export interface Proposal {
  readonly texts: Texts;
  /** After the first chunk alone. */
  readonly first: Texts;
}

/** The answers that a proposal can take at most. */
export function answersFor(search: Search, chunks: number): number {
  return 2 * chunks * search.task.components.length;
}

/**
 * Improves the parent's texts by one chunk of failures after the other, without a rollout in between: a model learns little
 * from each question, and rollouts are what is dear. Every text whose step took part in a failure is worked on.
 */
export async function* propose(search: Search, occasion: Occasion): AsyncGenerator<OptimizeEvent, Proposal> {
  const components = workedOn(search, occasion.iteration);
  const branches = components.map((component) => (signal: AbortSignal) => reflectOn(search, occasion, component, signal));
  const chains = yield* merge(branches, { concurrency: components.length, signal: new AbortController().signal });
  for (const { refused } of chains) for (const event of refused) yield* search.ledger.decide(event);
  const { texts } = occasion.parent;
  const after = (index: number): Texts =>
    Object.fromEntries(components.map(({ id }, position) => [id, chains[position]?.texts.at(index) ?? texts[id] ?? '']));
  return { texts: { ...texts, ...after(-1) }, first: { ...texts, ...after(0) } };
}

function workedOn({ task: { components }, options }: Search, iteration: number): readonly Component[] {
  if (options.components !== 'round-robin') return components;
  return components.slice((iteration - 1) % components.length).slice(0, 1);
}

interface Chain {
  /** After each chunk. */
  readonly texts: readonly string[];
  readonly refused: readonly RefusedEvent[];
}

async function* reflectOn(
  search: Search,
  { iteration, parent, chunks, passes, tried }: Occasion,
  component: Component,
  signal: AbortSignal,
): AsyncGenerator<OptimizeEvent, Chain> {
  const { task, ledger, findLeaks } = search;
  const maxCharacters = maxCharactersOf(search);
  const texts: string[] = [];
  const refused: RefusedEvent[] = [];
  let text = parent.texts[component.id] ?? '';
  for (const [index, rows] of chunks.entries()) {
    if (signal.aborted) break;
    const failures = shown(rows, parent, tried).filter(({ rollout }) => tookPart(component, rollout));
    if (failures.length > 0) {
      const written = yield* rewrite(ledger, {
        key: `${iteration}/${component.id}/${index + 1}`,
        component: component.id,
        text,
        keep: component.keep ?? [],
        guards: { maxCharacters, findLeaks },
        prompt: (masked) =>
          reflectionPrompt({
            component,
            steps: task.steps,
            text: masked.text,
            failures,
            passes: shown(passes, parent, new Map()),
            maxCharacters,
            ...(task.background === undefined ? {} : { background: task.background }),
            ...(task.template === undefined ? {} : { template: task.template }),
          }),
      });
      text = written.text;
      refused.push(...written.refused);
    }
    texts.push(text);
  }
  return { texts, refused };
}

function shown(rows: readonly Row[], { train }: Candidate, tried: Occasion['tried']): Shown[] {
  return rows.flatMap((row) => {
    const rollout = train.get(row.id);
    return rollout === undefined ? [] : [{ row, rollout, tried: tried.get(row.id) ?? [] }];
  });
}

function tookPart({ step }: Component, { steps }: Shown['rollout']): boolean {
  return steps.length === 0 || steps.some((trace) => trace.step === step);
}
