import type { ImprovePorts } from '../../src/engineer/improve/improve.ts';
import type { Answer } from '../../src/engineer/ports.ts';
import { type Draws, drawsOf, hashText } from '../../src/lib/counted-random.ts';

/** How the simulated judge and improver err. */
export interface Faults {
  /** How often a flaw is noticed. */
  readonly notice: number;
  /** How often a problem is invented, about a line that is good. */
  readonly invent: number;
  /** How often a flaw that was named is mended, and how often a good line that was named is spoilt. */
  readonly mend: number;
  readonly spoil: number;
  /** How often a revision loses a placeholder, and how often a good line nobody spoke of. */
  readonly losePlaceholder: number;
  readonly loseLine: number;
  /** How often the judge says "first" without looking, and how often it errs when it looks. */
  readonly bias: number;
  readonly misjudge: number;
}

/** Chosen so that keeping the last revision does what was measured of that policy. */
const FAULTS: Faults = {
  notice: 0.6,
  invent: 0.62,
  mend: 0.8,
  spoil: 0.4,
  losePlaceholder: 0.19,
  loseLine: 0.17,
  bias: 0.15,
  misjudge: 0.12,
};

/** What a prompt of this world is worth. */
export interface Worth {
  /** Shares of the planted flaws that are gone, and of the good lines that are there. */
  readonly fixed: number;
  readonly kept: number;
  readonly placeholders: boolean;
}

const GOOD = 20;
const PLACEHOLDERS = ['{input}', '{steps.facts.output}', '{steps.tone.output}'];

/** A prompt with that many planted flaws among its good lines. */
export function promptWith(flaws: number, seed: number): string {
  const good = Array.from(
    { length: GOOD },
    (_, index) => `- Rule ${index + 1}: mind point number ${index + 1} of the house style.`,
  );
  const bad = Array.from({ length: flaws }, (_, index) => `- Flaw ${index + 1}: this line confuses, for reason ${index + 1}.`);
  const lines = drawsOf(seed, 31).shuffled([...good, ...bad]);
  return ['You answer letters.', ...lines, '<letter>', ...PLACEHOLDERS, '</letter>'].join('\n');
}

export function worthOf(text: string, flaws: number): Worth {
  const lines = text.split('\n');
  const count = (pattern: RegExp) => new Set(lines.filter((line) => pattern.test(line))).size;
  return {
    fixed: flaws === 0 ? 1 : 1 - count(FLAW) / flaws,
    kept: count(RULE) / GOOD,
    placeholders: PLACEHOLDERS.every((placeholder) => text.split(placeholder).length === 2),
  };
}

const FLAW = /^- Flaw \d+: /;
const RULE = /^- Rule \d+: mind point/;

/** Judge and improver, who see nothing but the text of their question. */
export function defectPorts(seed: number, faults: Faults = FAULTS): ImprovePorts {
  return {
    async ask({ role, prompt, sample }): Promise<Answer> {
      const draws = drawsOf(seed, hashText(prompt), sample, 77);
      const text =
        role === 'improver'
          ? revision(prompt, faults, draws)
          : prompt.includes('WINNER:')
            ? verdict(prompt, faults, draws)
            : critique(prompt, faults, draws);
      return { text, truncated: false, calls: 1, costUsd: 0.001 };
    },
  };
}

function critique(question: string, { notice, invent }: Faults, draws: Draws): string {
  const lines = section(question, 'prompt').split('\n');
  const problems = lines
    .filter((line) => FLAW.test(line) && draws.next() < notice)
    .map((quote) => ({ aspect: 'clarity', quote, problem: 'it confuses', fix: 'say it plainly', severity: 'high' }));
  const good = lines.filter((line) => RULE.test(line));
  if (good.length > 0 && draws.next() < invent) {
    const quote = draws.pick(good);
    problems.push({ aspect: 'brevity', quote, problem: 'it could be better', fix: 'say it in another way', severity: 'medium' });
  }
  return `Here is my review.\n${JSON.stringify({ problems })}`;
}

/** Hunks for what was named, and now and then for what was not. */
function revision(question: string, faults: Faults, draws: Draws): string {
  const lines = section(question, 'prompt').split('\n');
  const named = [...section(question, 'problems').matchAll(/\("(.*?)"\)/g)].map(([, quote = '']) => quote);
  const hunks = lines.flatMap((line) => {
    if (!named.includes(line) || draws.next() >= (FLAW.test(line) ? faults.mend : faults.spoil)) return [];
    return [
      hunk(
        line,
        FLAW.test(line) ? line.replace(/^- Flaw (\d+):.*/, '- Mended $1: be plain.') : `- In other words: ${line.slice(2, 9)}`,
      ),
    ];
  });
  const untouched = lines.filter((line) => !named.includes(line));
  const tokens = untouched.filter((line) => /⟦P\d+⟧|^\{[\w.]+\}$/.test(line));
  if (tokens.length > 0 && draws.next() < faults.losePlaceholder) hunks.push(hunk(draws.pick(tokens), ''));
  const good = untouched.filter((line) => RULE.test(line));
  if (good.length > 0 && draws.next() < faults.loseLine) hunks.push(hunk(draws.pick(good), ''));
  return hunks.join('\n');
}

function hunk(search: string, replace: string): string {
  return `REASON: it reads better\n<<<<<<< SEARCH\n${search}\n=======\n${replace}${replace === '' ? '' : '\n'}>>>>>>> REPLACE`;
}

function verdict(question: string, { bias, misjudge }: Faults, draws: Draws): string {
  const [first, second] = ['first', 'second'].map((tag) => quality(section(question, tag)));
  const better = (first ?? 0) === (second ?? 0) ? 'tie' : (first ?? 0) > (second ?? 0) ? 'first' : 'second';
  const wrong = better === 'first' ? 'second' : 'first';
  const looked = draws.next() < misjudge ? wrong : better;
  return `I compared them.\nWINNER: ${draws.next() < bias ? 'first' : looked}`;
}

function quality(text: string): number {
  const lines = text.split('\n');
  return lines.filter((line) => RULE.test(line)).length - lines.filter((line) => FLAW.test(line)).length;
}

function section(text: string, tag: string): string {
  return new RegExp(`<${tag}>\n([\\s\\S]*?)\n</${tag}>`).exec(text)?.[1] ?? '';
}
