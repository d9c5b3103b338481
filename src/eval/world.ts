import type { Json, JsonObject } from '../core/json.ts';
import type { Usage } from '../core/model.ts';

/** What assertions need besides the output: someone who runs their JavaScript and someone who judges. */
export interface World {
  /** Calls the code with the arguments, apart from the program. Throws `StepError` when it fails. */
  call(code: Code, args: readonly [output: Json, context: Json], signal: AbortSignal): Promise<Json>;
  /** Asks the judge model with the prompt of that name under `prompts/engineer`. Throws when there is no judge. */
  judge(prompt: string, inputs: JsonObject, signal: AbortSignal): Promise<JudgeAnswer>;
}

export interface JudgeAnswer {
  readonly text: string;
  readonly usage: Usage;
  readonly costUsd: number | null;
}

/** JavaScript of a dataset: the body of a function of `output` and `context`, or a function of a file. */
export type Code = { readonly body: string; readonly dir: string } | { readonly file: string; readonly name: string };
