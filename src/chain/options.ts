import type { Chain } from '../core/chain.ts';
import type { Json } from '../core/json.ts';
import type { AnswerFormat, ModelParams } from '../core/model.ts';
import type { Problem } from '../core/problem.ts';
import type { StepKind } from '../core/step.ts';
import type { Fields } from '../lib/fields.ts';

/** What loading a chain needs besides the file. */
export interface LoadOptions {
  readonly kinds: readonly StepKind[];
  /** The keys every step has. */
  readonly stepOptions: Fields;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that holds the shipped `prompts/`. */
  readonly packageDir: string;
  /** Absolute; what the name of the file is relative to, and the folder of a chain given as text. */
  readonly cwd: string;
  readonly model?: ModelChoice;
  /** Values put into the file before it is checked, such as `steps.draft.temperature`. */
  readonly set?: readonly { readonly path: string; readonly value: Json }[];
  /** The text of the chain, when it does not come from the file. */
  readonly text?: string;
  /** What prompt files hold, by their real paths, instead of what is on disk. */
  readonly prompts?: ReadonlyMap<string, string>;
  /** Lets the chain name files outside its own folder. */
  readonly allowOutside?: boolean;
  /** What the last step must answer, when it is a prompt that says nothing about that itself. */
  readonly answer?: AnswerFormat;
  /** Warnings count as errors. */
  readonly strict?: boolean;
  /** Names of the providers there are; without it any name is taken. */
  readonly providers?: readonly string[];
  /** Names of the built-in tools; without it any name without a server is taken. */
  readonly tools?: readonly string[];
}

export interface ModelChoice {
  /** Used where the file names no model. */
  readonly default?: string;
  /** Used for every step, whatever the file says. */
  readonly override?: string;
  /** Used for the step with that id. */
  readonly steps?: Readonly<Record<string, string>>;
  /** Over the parameters of every step, whatever the file says. */
  readonly params?: ModelParams;
}

/** What one load shares over all the files it reads. */
export interface Loading {
  readonly options: LoadOptions;
  readonly problems: Problem[];
  /** The problems of a chain that is valid all the same, once all are known. */
  readonly warnings: Problem[];
  /** File to text, for code frames. */
  readonly sources: Map<string, string>;
  /** Real path of the folder that everything has to be in. */
  readonly root: string;
  /** Chains read so far by real path, and how many levels each holds, itself included. */
  readonly chains: Map<string, { chain?: Chain; height: number }>;
}
