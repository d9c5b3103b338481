import type { Verb } from '../command.ts';
import { apply } from './apply.ts';
import { compare } from './compare.ts';
import { diff } from './diff.ts';
import { evaluation } from './eval.ts';
import { improvement } from './improve.ts';
import { linting } from './lint.ts';
import { optimize } from './optimize.ts';
import { report } from './report.ts';
import { resume } from './resume.ts';
import { runs } from './runs.ts';
import { show } from './show.ts';
import { stop } from './stop.ts';
import { synth } from './synth.ts';
import { techniques } from './techniques.ts';

/** The verbs of `engineer`, in the order of its help. A new one is a file in this folder and a line here. */
export const engineerVerbs: readonly Verb[] = [
  improvement,
  optimize,
  evaluation,
  compare,
  synth,
  linting,
  techniques,
  runs,
  show,
  diff,
  report,
  resume,
  apply,
  stop,
];
