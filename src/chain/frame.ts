import type { Chain, ChainUses } from '../core/chain.ts';
import type { AnswerFormat, CachePolicy, ModelSpec } from '../core/model.ts';
import type { Problem } from '../core/problem.ts';
import type { StepKind } from '../core/step.ts';
import type { Reference } from '../core/template.ts';
import type { Names, Shape, StepName } from '../template/names.ts';
import type { Catalogue } from './catalogue.ts';
import type { FileTree } from './files.ts';
import type { Models } from './models.ts';
import type { MapNode, Node } from './node.ts';
import type { Locator } from './offsets.ts';
import type { LoadOptions } from './options.ts';
import type { Report } from './report.ts';
import type { ServerEntry } from './servers.ts';
import type { Place } from './source.ts';

/** What binding the steps of one chain file works with, and what it finds out on the way. */
export interface Frame {
  readonly options: LoadOptions;
  readonly kinds: ReadonlyMap<string, StepKind>;
  readonly report: Report;
  readonly problems: Problem[];
  readonly sources: Map<string, string>;
  readonly locator: Locator;
  readonly root: MapNode;
  readonly dir: string;
  readonly tree: FileTree;
  readonly promptDirs: readonly string[];
  readonly models: Models;
  readonly names: Names & {
    steps: Map<string, StepName>;
    later: Set<string>;
    apart: Map<string, { readonly message: string; readonly help: string }>;
    inputIsModelText: boolean;
    item?: Shape | undefined;
    loop?: Shape | undefined;
  };
  /** Texts that YAML read as maps and nobody has reported yet. */
  readonly braced: Map<Node, () => void>;
  /** Ids of steps that may be skipped or may fail without ending the run. */
  readonly uncertain: Set<string>;
  /** Where each id was given. */
  readonly ids: Map<string, Place>;
  /** The servers the file names, and those of them that the patterns of steps so far can reach. */
  readonly servers: ReadonlyMap<string, ServerEntry>;
  readonly reached: Set<string>;
  /** Names of the tools the file declares. */
  readonly declared: ReadonlySet<string>;
  readonly uses: { -readonly [Key in keyof ChainUses]: Key extends 'models' ? Map<string, ModelSpec> : ChainUses[Key] };
  /** The step that gives the output of the run, and what the caller wants it to answer. */
  readonly last?: { readonly node: Node; readonly answer: AnswerFormat };
  /** Of every step that says nothing about it. */
  readonly cache: CachePolicy | undefined;
  /** Prompt steps so far: the turn of the next one in a positional list of models. */
  prompts: number;
  /** Some step before here gives an output: `{input}` is no longer the chain's. */
  hasOutput: boolean;
  catalogue(): Catalogue;
  loadChain(file: string, at: Place): Chain | undefined;
}

/** What the texts of one step read, and what goes with it. */
export interface Reading {
  readonly references: Reference[];
  /** The reader itself runs only under a condition. */
  readonly conditional: boolean;
  /** `error` where a value that may be missing must have a default. */
  readonly missing: 'error' | 'warning';
}
