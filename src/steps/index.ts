import type { StepKind } from '../core/step.ts';
import { approve } from './approve.ts';
import { chain } from './chain.ts';
import { functionKind } from './function.ts';
import { objective } from './objective.ts';
import { parallel } from './parallel.ts';
import { prompt } from './prompt.ts';
import { remember } from './remember.ts';
import { run } from './run.ts';
import { set } from './set.ts';
import { steps } from './steps.ts';
import { stop } from './stop.ts';
import { switchKind } from './switch.ts';
import { tool } from './tool.ts';

/** Every kind of step, in the order help and documentation list them. A new kind is one file and one line here. */
export const KINDS: readonly StepKind[] = [
  prompt,
  objective,
  run,
  functionKind,
  tool,
  chain,
  parallel,
  switchKind,
  steps,
  approve,
  set,
  stop,
  remember,
];
