import type { Draws } from '../../src/lib/counted-random.ts';
import { FORMAT_LINE, PROTOCOLS, TAGS } from './names.ts';
import { RULE } from './read-prompt.ts';

/** How good the simulated optimiser is at its work. It is fallible by design. */
export interface OptimiserSkills {
  /** How often a lesson is learnt for its ticket alone. */
  readonly memorise: number;
  /** How often a line that was there gets lost. */
  readonly drop: number;
  /** How often a line that says nothing is added. */
  readonly generic: number;
  /** How often a contradiction becomes a rule with a condition instead of overwriting the old one. */
  readonly condition: number;
  readonly mostLessons: number;
  /** How often a rule gets a condition that it does not need. */
  readonly scope: number;
  /** How often a code is guessed where the feedback names none. */
  readonly guess: number;
}

export const SKILLS: OptimiserSkills = {
  memorise: 0.15,
  drop: 0.04,
  generic: 0.25,
  condition: 0.4,
  mostLessons: 2,
  scope: 0.08,
  guess: 0.5,
};

/** One row as the text of a prompt shows it. */
export interface Shown {
  readonly received: string;
  readonly output: string;
  readonly feedback: string;
  readonly tried: string;
}

interface Lesson {
  readonly kind: 'property' | 'term' | 'customer';
  readonly trigger: string;
  readonly segment: string;
  readonly value: string;
  readonly ticket: string;
  /** The feedback said that it depends on the customer. */
  readonly conditional: boolean;
}

interface Learnt {
  readonly lessons: readonly Lesson[];
  readonly formatMissing: boolean;
}

/** What the simulated optimiser makes of a prompt's lines and the rows it is shown. */
export function reflected(lines: readonly string[], rows: readonly Shown[], skills: OptimiserSkills, draws: Draws): string[] {
  const { lessons, formatMissing } = learn(rows, skills, draws);
  return applied(lines, lessons, skills, draws, formatMissing);
}

/** The same from correct answers alone, which say nothing about the format. */
export function rewritten(lines: readonly string[], rows: readonly Shown[], skills: OptimiserSkills, draws: Draws): string[] {
  return applied(lines, learn(rows, skills, draws).lessons, skills, draws, false);
}

/** A prompt bred from a history of prompts, best last. */
export function bred(history: readonly string[], rows: readonly Shown[], skills: OptimiserSkills, draws: Draws): string[] {
  const top = history.slice(-Math.max(1, Math.floor(history.length / 2)));
  const lines = (top[Math.max(draws.below(top.length), draws.below(top.length))] ?? '').split('\n');
  const known = [...lines];
  for (const line of draws.pick(top).split('\n')) if (!known.includes(line) && draws.next() < 0.5) known.push(line);
  return reflected(known, rows, skills, draws);
}

/** The union of two prompts; a rule of the second that the first has an answer to is left out. */
export function united(first: string, second: string, skills: OptimiserSkills, draws: Draws): string[] {
  const lines = first.split('\n');
  const named = (line: string) => RULE.exec(line)?.slice(1, 4).join(' ');
  for (const line of second.split('\n')) {
    if (lines.includes(line)) continue;
    const name = named(line);
    if (name === undefined || !lines.some((one) => named(one) === name)) lines.push(line);
  }
  return lines.filter(() => draws.next() >= skills.drop / 2);
}

function learn(rows: readonly Shown[], skills: OptimiserSkills, draws: Draws): Learnt {
  const step = stepOf(rows);
  const lessons: Lesson[] = [];
  let formatMissing = false;
  for (const row of rows) {
    const ticket = /^T\d+/.exec(row.received)?.[0] ?? '';
    const segment = /customer is (\w+)/.exec(row.received)?.[1] ?? '';
    if (row.feedback.startsWith('FORMAT')) {
      formatMissing = true;
      continue;
    }
    for (const [item, { value, conditional }] of wrongItems(row, draws)) {
      const base = { segment, ticket, conditional: false };
      if (step === 'normalise') {
        const unrecognised = listed(/unrecognised: (.*)$/m.exec(row.output)?.[1]);
        const recognised = /recognised: (.*?) \|/.exec(row.output)?.[1]?.split(', ') ?? [];
        if (recognised.includes(item) || item === 'tag' || unrecognised.length === 0) continue;
        lessons.push({ ...base, kind: 'term', trigger: draws.pick(unrecognised), value: item });
      } else if (step === 'report') {
        if (item === 'tag') lessons.push({ ...base, kind: 'customer', trigger: segment, value: value ?? draws.pick(TAGS) });
      } else if (item !== 'tag') {
        if (value === undefined && draws.next() > skills.guess) continue;
        const code = value ?? guessed(item, row.tried, draws);
        lessons.push({ ...base, kind: 'property', trigger: item, value: code, conditional });
      }
    }
  }
  return { lessons, formatMissing };
}

function stepOf(rows: readonly Shown[]): 'normalise' | 'decide' | 'report' {
  for (const { output } of rows) {
    if (output.includes('recognised:')) return 'normalise';
    if (output.startsWith('tag=')) return 'report';
  }
  return 'decide';
}

interface Correction {
  readonly value: string | undefined;
  readonly conditional: boolean;
}

function wrongItems({ feedback, output }: Shown, draws: Draws): Map<string, Correction> {
  const wrong = new Map<string, Correction>();
  const difference = /^Expected (.*) \| Got (.*)$/m.exec(feedback);
  if (difference !== null) {
    const got = new Map(pairs(difference[2] ?? ''));
    for (const [item, value] of pairs(difference[1] ?? ''))
      if (got.get(item) !== value) wrong.set(item, { value, conditional: false });
  } else if (feedback.startsWith('Wrong: ')) {
    const said = feedback.slice('Wrong: '.length).replace(/\.+$/, '');
    if (said.includes(' must be ')) {
      for (const part of said.split('; ')) {
        const [, item = '', value = '', condition] = /^(\w+) must be (\w+)( because the customer is \w+)?/.exec(part) ?? [];
        wrong.set(item, { value, conditional: condition !== undefined });
      }
    } else for (const item of said.split(', ')) wrong.set(item, { value: undefined, conditional: false });
  } else if (feedback.startsWith('Score') && !feedback.startsWith('Score 1')) {
    for (const pair of output.split('; '))
      if (pair.includes('=') && draws.next() < 0.5) wrong.set(pair.split('=')[0] ?? '', { value: undefined, conditional: false });
  }
  return wrong;
}

function guessed(item: string, tried: string, draws: Draws): string {
  const codes = PROTOCOLS.slice(0, 6);
  const avoids = draws.next() < 0.8;
  const known = avoids ? [...tried.matchAll(new RegExp(`${item}=(\\w+)`, 'g'))].map(([, code]) => code) : [];
  const left = codes.filter((code) => !known.includes(code));
  return draws.pick(left.length > 0 ? left : codes);
}

function applied(
  before: readonly string[],
  lessons: readonly Lesson[],
  skills: OptimiserSkills,
  draws: Draws,
  formatMissing: boolean,
): string[] {
  const chosen = chosenOf(draws.shuffled(lessons), skills.mostLessons);
  let lines = before.filter(() => draws.next() >= skills.drop);
  if (lines.length === 0) lines = before.slice(0, 1);
  for (const lesson of chosen) lines = withLesson(lines, lesson, skills, draws);
  if (formatMissing && !lines.includes(FORMAT_LINE)) lines.push(FORMAT_LINE);
  if (draws.next() < skills.generic) lines.push(draws.pick(GENERIC));
  return [...new Set(lines)];
}

const GENERIC = [
  '- Be careful and thorough.',
  '- Think step by step before answering.',
  '- Double check every item.',
  '- Keep a professional tone.',
  '- Consider edge cases.',
];

function chosenOf(lessons: readonly Lesson[], most: number): Lesson[] {
  const chosen = new Map<string, Lesson>();
  for (const lesson of lessons) {
    const key = `${lesson.kind} ${lesson.trigger} ${lesson.value}`;
    if (chosen.has(key)) continue;
    chosen.set(key, lesson);
    if (chosen.size >= most) break;
  }
  return [...chosen.values()];
}

function withLesson(lines: readonly string[], lesson: Lesson, skills: OptimiserSkills, draws: Draws): string[] {
  const { kind, trigger, segment, value, ticket, conditional } = lesson;
  if (kind === 'property' && draws.next() < skills.memorise) return [...lines, `- For ticket ${ticket} use ${trigger}=${value}.`];
  const general = (line: string): string | undefined => {
    const [, ruleKind, ruleTrigger, ruleSegment, ruleValue] = RULE.exec(line) ?? [];
    return ruleKind === kind && ruleTrigger === trigger && ruleSegment === undefined ? ruleValue : undefined;
  };
  const contradicted = lines.some((line) => (general(line) ?? value) !== value);
  const scoped = `- If the ${kind} is ${trigger} and the customer is ${segment} then use ${value}.`;
  const plain = `- If the ${kind} is ${trigger} then use ${value}.`;
  const others = lines.filter((line) => general(line) === undefined);
  if (kind === 'property' && conditional) {
    const same = `- If the ${kind} is ${trigger} and the customer is ${segment} then`;
    return [...lines.filter((line) => !line.startsWith(same)), scoped];
  }
  if (contradicted && kind === 'property') return draws.next() < skills.condition ? [...lines, scoped] : [...others, plain];
  if (kind === 'property' && draws.next() < skills.scope) return [...lines, scoped];
  return [...(contradicted ? others : lines), plain];
}

function pairs(text: string): [string, string][] {
  return text.split('; ').map((pair) => {
    const [item = '', value = ''] = pair.split('=');
    return [item, value];
  });
}

function listed(text: string | undefined): string[] {
  return text?.split(', ').filter((one) => one !== '') ?? [];
}
