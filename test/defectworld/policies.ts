import { critiquePrompt, readCritique } from '../../src/engineer/improve/critique.ts';
import { improve } from '../../src/engineer/improve/improve.ts';
import { applyHunks, readHunks } from '../../src/engineer/improve/patch.ts';
import { defectPorts, promptWith, type Worth, worthOf } from './world.ts';

export interface Policy {
  readonly name: string;
  /** The text it ends with, and the calls it took. */
  readonly improved: (text: string, seed: number) => Promise<{ readonly text: string; readonly calls: number }>;
}

const ITERATIONS = 6;

/** Ours. */
export const guarded: Policy = {
  name: 'guards, both orders, 3 votes',
  async improved(text, seed) {
    const signal = new AbortController().signal;
    const events = improve({ text, ports: defectPorts(seed), signal, maxIterations: ITERATIONS });
    for (let calls = 0; ; ) {
      const { done, value } = await events.next();
      if (done) return { text: value.text, calls };
      if (value.type === 'answer') calls += value.calls;
    }
  },
};

/** Whatever the improver wrote last, as many tools do. */
export const lastWins: Policy = {
  name: 'the last one wins',
  async improved(start, seed) {
    const { ask } = defectPorts(seed);
    const { signal } = new AbortController();
    let text = start;
    let calls = 0;
    for (let sample = 1; sample <= ITERATIONS; sample += 1) {
      const question = critiquePrompt({ text, aspects: ['clarity'], lint: [], notes: [] });
      const found = readCritique((await ask({ role: 'judge', prompt: question, sample }, signal)).text, text) ?? [];
      calls += 1;
      if (found.length === 0) break;
      const problems = found.map(({ quote }) => `- ("${quote}")`).join('\n');
      const prompt = `<prompt>\n${text}\n</prompt>\n<problems>\n${problems}\n</problems>`;
      const changed = applyHunks(text, readHunks((await ask({ role: 'improver', prompt, sample }, signal)).text));
      calls += 1;
      if ('text' in changed) text = changed.text;
    }
    return { text, calls };
  },
};

export interface Shares {
  readonly fixed: number;
  readonly kept: number;
  readonly placeholders: number;
  readonly calls: number;
}

/** What a policy leaves of prompts with that many flaws, on average over so many seeds from the first one. */
export async function sharesOf({ improved }: Policy, flaws: number, seeds: number, first = 0): Promise<Shares> {
  const worths: (Worth & { readonly calls: number })[] = [];
  for (let seed = first; seed < first + seeds; seed += 1) {
    const { text, calls } = await improved(promptWith(flaws, seed), seed);
    worths.push({ ...worthOf(text, flaws), calls });
  }
  const mean = (shareOf: (one: (typeof worths)[number]) => number) => worths.reduce((sum, one) => sum + shareOf(one), 0) / seeds;
  return {
    fixed: mean(({ fixed }) => fixed),
    kept: mean(({ kept }) => kept),
    placeholders: mean(({ placeholders }) => Number(placeholders)),
    calls: mean(({ calls }) => calls),
  };
}
