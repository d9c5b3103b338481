import type { Verb } from '../command.ts';
import { evaluation } from './eval.ts';

/** The verbs of `engineer`, in the order of its help. A new one is a file in this folder and a line here. */
export const engineerVerbs: readonly Verb[] = [evaluation];
