import { type OptimiserSkills, SKILLS } from './optimiser-model.ts';

export type StepName = 'normalise' | 'decide' | 'report';

/** What a world is like. */
export interface WorldOptions {
  readonly steps: readonly StepName[];
  readonly properties: number;
  readonly protocols: number;
  /** Properties that need no rule. */
  readonly standard: number;
  /** Properties whose protocol depends on the customer. */
  readonly conflict: number;
  readonly jargon: number;
  readonly scoring: 'partial' | 'binary';
  /** Share of rules that are overlooked. */
  readonly slip: number;
  /** What each line over `cap` multiplies the attention to rules by. */
  readonly dilution: number;
  readonly cap: number;
  /** How often an answer can be read though the prompt lacks the format line. */
  readonly readable: number;
  readonly train: number;
  readonly val: number;
  readonly test: number;
  readonly feedback: 'diff' | 'rich' | 'symptom' | 'score';
  /** How often a score is turned around. */
  readonly metricNoise: number;
  /** How often a demonstration is followed. */
  readonly demo: number;
  /** The prompt has no influence at all. */
  readonly inert: boolean;
  readonly zipf: number;
  readonly mostItems: number;
}

const WORLD: WorldOptions = {
  steps: ['decide'],
  properties: 14,
  protocols: 6,
  standard: 2,
  conflict: 0,
  jargon: 0,
  scoring: 'partial',
  slip: 0.05,
  dilution: 0.985,
  cap: 24,
  readable: 0.3,
  train: 40,
  val: 30,
  test: 300,
  feedback: 'diff',
  metricNoise: 0,
  demo: 0.6,
  inert: false,
  zipf: 0.5,
  mostItems: 3,
};

export interface Family {
  readonly name: string;
  readonly world: WorldOptions;
  readonly skills: OptimiserSkills;
  /** The first prompts are the best ones there are. */
  readonly saturated: boolean;
}

function family(name: string, world: Partial<WorldOptions> = {}, skills: Partial<OptimiserSkills> = {}): Family {
  return { name, world: { ...WORLD, ...world }, skills: { ...SKILLS, ...skills }, saturated: name === 'saturated' };
}

export const FAMILIES: readonly Family[] = [
  family('single'),
  family('binary', { scoring: 'binary' }),
  family('conflict', { conflict: 5 }),
  family('rich', { feedback: 'rich', conflict: 5 }),
  family('symptom', { feedback: 'symptom' }),
  family('score', { feedback: 'score' }),
  family('chain2b', { steps: ['normalise', 'decide'], jargon: 6, scoring: 'binary' }),
  family('chain3', { steps: ['normalise', 'decide', 'report'], jargon: 6 }),
  family('noisy', { slip: 0.12, metricNoise: 0.1 }),
  family('smalldata', { train: 12, val: 12 }),
  family('bigval', { val: 100, properties: 18 }),
  family('distract', { cap: 14, dilution: 0.97 }, { memorise: 0.4, drop: 0.1, generic: 0.5 }),
  family('weak', {}, { mostLessons: 1 }),
  family('strong', {}, { mostLessons: 5 }),
  family('null', { inert: true }),
  family('saturated'),
];

/** The families in which there is something to gain. */
export const GAINFUL: readonly Family[] = FAMILIES.filter(({ name }) => name !== 'null' && name !== 'saturated');

export function familyOf(name: string): Family {
  const found = FAMILIES.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no family is called ${name}`);
  return found;
}
