import type { Draws } from '../lib/counted-random.ts';
import { scan } from '../template/scan.ts';
import { isFailure, type Lessons } from './failures.ts';
import type { FindLeaks } from './leaks.ts';
import type { Candidate } from './pool.ts';
import type { Row } from './row.ts';
import { maxCharactersOf, type Search } from './task.ts';
import type { Component, Texts } from './texts.ts';

/** Kept as it is by whoever rewrites the prompt around it. */
const BLOCK = /<!-- keep -->\nExamples, with the right answers:\n\n([\s\S]*?)\n<!-- \/keep -->/;
const EXAMPLE = /<example>\n[\s\S]*?\n<\/example>/g;

/** The examples of training rows that stand in a text. */
export function demosIn(text: string): readonly string[] {
  return BLOCK.exec(text)?.[1]?.match(EXAMPLE) ?? [];
}

/** Finds leaks outside of the examples, which quote rows on purpose. */
export function apartFromDemos(findLeaks: FindLeaks): FindLeaks {
  return (text) => findLeaks(text.replace(BLOCK, ''));
}

/**
 * The parent's texts with other examples in one of them: one more, one less, or one for another. An example is a training row
 * that went well, with what the step was given and said; of those the one most like a failure is taken. Undefined when there is none.
 */
export function withOtherDemos(search: Search, parent: Candidate, lessons: Lessons, draws: Draws): Texts | undefined {
  const { task, options } = search;
  const component = draws.pick(carriers(task.components));
  const text = parent.texts[component.id] ?? '';
  const there = demosIn(text);
  const most = options.demos ?? 0;
  const found = nextDemo(search, parent, lessons, component, there);
  const out = there.length === 0 ? -1 : draws.below(there.length);
  const isDrop = there.length > 0 && (found === undefined || (there.length >= most && draws.next() < DROPS));
  if (!isDrop && found === undefined) return undefined;
  const kept = isDrop || there.length >= most ? there.filter((_, index) => index !== out) : there;
  const next = withDemos(text, isDrop || found === undefined ? kept : [...kept, found]);
  return next.length > maxCharactersOf(search) ? undefined : { ...parent.texts, [component.id]: next };
}

/** The share of changes to a full set that take one away. */
const DROPS = 0.3;

/** One text of each step: the system prompt, where there is one. */
function carriers(components: readonly Component[]): readonly Component[] {
  const isSystem = ({ id }: Component) => id.endsWith('.system');
  return components.filter((one) => isSystem(one) || !components.some((other) => other.step === one.step && isSystem(other)));
}

function nextDemo(
  { task }: Search,
  { train }: Candidate,
  { failures, passes }: Lessons,
  { step }: Component,
  there: readonly string[],
): string | undefined {
  const likeness = new Map<string, number>();
  for (const row of task.train) {
    const rollout = train.get(row.id);
    const trace = rollout?.steps.findLast((one) => one.step === step);
    if (rollout === undefined || trace === undefined || isFailure(rollout) || passes.includes(row)) continue;
    const text = exampleOf(Object.keys(trace.received).length === 0 ? { input: row.input ?? '' } : trace.received, trace.output);
    if (isPlain(text) && !there.includes(text)) likeness.set(text, Math.max(...failures.map((failure) => overlap(row, failure))));
  }
  return [...likeness].toSorted(([, one], [, other]) => other - one)[0]?.[0];
}

function exampleOf(received: Readonly<Record<string, string>>, output: string): string {
  const given = Object.entries(received).map(([name, value]) => `<given name="${name}">\n${value}\n</given>`);
  return ['<example>', ...given, `<answer>\n${output}\n</answer>`, '</example>'].join('\n');
}

const MOST_CHARACTERS = 2_000;

/** A row that looks like a placeholder, or like our own tags, cannot stand in a prompt. */
function isPlain(text: string): boolean {
  const { parts, problems } = scan(text);
  const isText = problems.length === 0 && parts.every((part) => typeof part === 'string');
  return isText && text.length <= MOST_CHARACTERS && !/<!--|\{\{|⟦/.test(text) && text.split('</example>').length === 2;
}

/** Jaccard, of the words of two rows. */
function overlap(one: Row, other: Row): number {
  const [a, b] = [wordsOf(one), wordsOf(other)];
  const shared = [...a].filter((word) => b.has(word)).length;
  return shared / Math.max(1, a.size + b.size - shared);
}

function wordsOf({ input = '', vars }: Row): ReadonlySet<string> {
  return new Set(`${input} ${JSON.stringify(vars)}`.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

/** In front of the line with the first placeholder: what is asked comes last. */
function withDemos(text: string, demos: readonly string[]): string {
  const block = `<!-- keep -->\nExamples, with the right answers:\n\n${demos.join('\n')}\n<!-- /keep -->`;
  if (BLOCK.test(text))
    return demos.length === 0
      ? text
          .replace(BLOCK, '')
          .replace(/\n{3,}/, '\n\n')
          .trim()
      : text.replace(BLOCK, () => block);
  const { parts } = scan(text);
  const slot = parts.find((part) => typeof part !== 'string');
  const at = slot === undefined ? -1 : text.lastIndexOf('\n', text.indexOf(slot.text)) + 1;
  return at <= 0
    ? slot === undefined
      ? `${text}\n\n${block}`
      : `${block}\n\n${text}`
    : `${text.slice(0, at)}${block}\n${text.slice(at)}`;
}
