import type { CommandWords, OptionWords } from '../command.ts';

/** A command or a verb with the words on the way to it. */
export interface Place {
  /** A space before each word: ` runs list`. */
  readonly path: string;
  readonly summary: string;
  readonly options: readonly OptionWords[];
  /** What may come next, besides options and names of files. */
  readonly next: readonly string[];
  readonly verbs: readonly CommandWords[];
}

export function inside(commands: readonly CommandWords[], above = ''): readonly Place[] {
  return commands.flatMap(({ name, summary, options, choices, verbs }) => {
    const path = `${above} ${name}`;
    const next = verbs.length > 0 ? verbs.map((verb) => verb.name) : choices;
    return [{ path, summary, options, next, verbs }, ...inside(verbs, path)];
  });
}
