import { type Assertion, type AssertionSet, type Case, isSet } from '../core/dataset.ts';
import { type Json, textOf } from '../core/json.ts';
import { addUsage, NO_USAGE, type Usage } from '../core/model.ts';
import type { Answer, AssertionResult, CaseScore, Verdict } from '../core/score.ts';
import type { AssertionType } from '../lib/case-fields.ts';
import { ASSERTIONS } from './assertions/index.ts';
import { verdictOf } from './assertions/kind.ts';
import { codeOf } from './code.ts';
import type { World } from './world.ts';

/** Judges what a run gave against the assertions of its case. Throws a `Failure` when a check itself cannot be made. */
export async function score(asked: Case, answer: Answer, world: World, signal: AbortSignal): Promise<CaseScore> {
  const spent = { usage: NO_USAGE as Usage, costUsd: 0 as number | null };
  const counting: World = {
    ...world,
    async judge(...question) {
      const judged = await world.judge(...question);
      spent.usage = addUsage(spent.usage, judged.usage);
      spent.costUsd = spent.costUsd === null || judged.costUsd === null ? null : spent.costUsd + judged.costUsd;
      return judged;
    },
  };
  const judging: Judging = { asked, answer, world: counting, signal };
  const results: AssertionResult[] = [];
  for (const each of asked.assertions) results.push(isSet(each) ? await judgeSet(each, judging) : await judge(each, judging));
  return { ...combined(results, asked.threshold), results, metrics: metricsOf(results), ...spent };
}

interface Judging {
  readonly asked: Case;
  readonly answer: Answer;
  readonly world: World;
  readonly signal: AbortSignal;
}

async function judgeSet(set: AssertionSet, judging: Judging): Promise<AssertionResult> {
  const parts: AssertionResult[] = [];
  for (const each of set.assertions) parts.push(await judge(each, judging));
  return { ...combined(parts, set.threshold), assertion: set, parts };
}

async function judge(assertion: Assertion, judging: Judging): Promise<AssertionResult> {
  const { asked, answer, world, signal } = judging;
  const missing = missingStep(assertion, answer);
  if (missing !== undefined) return { assertion, score: 0, pass: assertion.weight === 0, reason: missing };
  const output = await outputFor(assertion, judging);
  const kind = ASSERTIONS[assertion.type as AssertionType];
  const found = await kind.check({ assertion, case: asked, answer, output, text: textOf(output), world, signal });
  return { assertion, ...verdictOf(assertion, found) };
}

function missingStep({ step }: Assertion, { steps }: Answer): string | undefined {
  if (step === undefined || Object.hasOwn(steps, step)) return undefined;
  return `the step "${step}" gave no output: it was skipped, failed or not reached`;
}

/** What the assertion is about: the output, or that of a step, through the case's `transform` and its own. */
async function outputFor({ step, transform, position }: Assertion, { asked, answer, world, signal }: Judging): Promise<Json> {
  let output = step === undefined ? answer.output : (answer.steps[step]?.output ?? '');
  for (const text of [step === undefined ? asked.transform : undefined, transform]) {
    if (text === undefined) continue;
    const code = codeOf(text, position.file);
    if ('problem' in code) continue;
    output = await world.call(code, [output, { vars: asked.vars, metadata: asked.metadata }], signal);
  }
  return output;
}

/** The weighted mean; with a threshold that alone decides, without one everything has to pass. */
function combined(results: readonly AssertionResult[], threshold: number | undefined): Verdict {
  if (results.length === 0) return { score: 1, pass: true, reason: 'it has no assertions' };
  const weight = results.reduce((sum, { assertion }) => sum + assertion.weight, 0);
  const points = results.reduce((sum, result) => sum + result.score * result.assertion.weight, 0);
  const value = weight === 0 ? 0 : points / weight;
  const failed = results.filter(({ pass }) => !pass);
  if (threshold !== undefined) {
    const pass = value >= threshold;
    return {
      score: value,
      pass,
      reason: `the score ${value.toFixed(2)} is ${pass ? 'at least' : 'below'} the threshold ${threshold}`,
    };
  }
  const fixes = failed.flatMap(({ fix }) => (fix === undefined ? [] : [fix]));
  const reason = failed.length === 0 ? 'every assertion passes' : failed.map((result) => result.reason).join('; ');
  return { score: value, pass: failed.length === 0, reason, ...(fixes.length === 0 ? {} : { fix: fixes.join('; ') }) };
}

/** Each metric is the weighted mean of the assertions of that name, sets among them. */
function metricsOf(results: readonly AssertionResult[]): { readonly [name: string]: number } {
  const sums = new Map<string, { points: number; weight: number }>();
  const add = ({ assertion, score: value, parts = [] }: AssertionResult, factor: number): void => {
    const weight = assertion.weight * factor;
    if (assertion.metric !== undefined) {
      const sum = sums.get(assertion.metric) ?? { points: 0, weight: 0 };
      sums.set(assertion.metric, { points: sum.points + value * weight, weight: sum.weight + weight });
    }
    for (const part of parts) add(part, weight);
  };
  for (const result of results) add(result, 1);
  return Object.fromEntries([...sums].map(([name, { points, weight }]) => [name, weight === 0 ? 0 : points / weight]));
}
