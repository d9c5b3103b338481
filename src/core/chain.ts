import type { Json } from './json.ts';
import type { Limits } from './limits.ts';
import type { Located } from './located.ts';
import type { AnswerFormat, ModelSpec } from './model.ts';
import type { Problem } from './problem.ts';
import type { Step } from './step.ts';
import type { Template, ValueTemplate } from './template.ts';
import type { ServerSpec, ToolSpec } from './tool.ts';

/** A chain file that was read, checked and bound: nothing in it can be malformed any more. */
export interface Chain {
  readonly name: string;
  readonly description?: string;
  /** Absolute path, or `<stdin>`. */
  readonly file: string;
  /** The folder that prompt, function and chain files are relative to. Absolute. */
  readonly dir: string;
  /** Of the file's bytes, hex. */
  readonly sha256: string;
  readonly inputs: { readonly [name: string]: InputSpec };
  readonly steps: readonly Step[];
  /** Run after the steps, whatever became of them. */
  readonly finally: readonly Step[];
  /** A text or a map to print instead of the last step's output. */
  readonly output?: ValueTemplate;
  /** What its output must be, by the wish of whoever loaded it. */
  readonly answer?: AnswerFormat;
  readonly memory: MemorySpec;
  readonly limits: Limits;
  /** By name, as the file declares them. */
  readonly servers: { readonly [name: string]: ServerSpec };
  readonly tools: { readonly [name: string]: ToolSpec };
  readonly permissions: PermissionSpec;
  /** Environment variables that must be set; their values are masked in everything we print or write. */
  readonly secrets: readonly string[];
  readonly allowEmpty: boolean;
  /** What `promptchain test` runs: a list of cases, or the absolute path of a dataset. */
  readonly tests?: { readonly cases: Located } | { readonly file: string };
  readonly engineer?: EngineerSpec;
  readonly warnings: readonly Problem[];
  /** For code frames: file to text, of this chain and everything it includes. */
  readonly sources: ReadonlyMap<string, string>;
  readonly uses: ChainUses;
}

/** What running the chain will touch, sub-chains included; decided when it is loaded. */
export interface ChainUses {
  /** `{input}` is read by the first step or elsewhere before any output exists, or a step takes it implicitly. */
  readonly input: boolean;
  readonly stdin: boolean;
  readonly memory: boolean;
  /** Some step reads `{history}`, or sends earlier turns. */
  readonly conversation: boolean;
  readonly models: readonly ModelSpec[];
  readonly commands: boolean;
  readonly functions: boolean;
  /** Some step asks a person. */
  readonly gates: boolean;
  /** A step that asks a model may take an earlier answer. */
  readonly cache: boolean;
  /** Names of the MCP servers that a step's patterns can reach. */
  readonly servers: readonly string[];
}

export interface InputSpec {
  readonly type: 'string' | 'number' | 'integer' | 'boolean' | 'choice' | 'list' | 'map';
  readonly required: boolean;
  readonly default?: Json;
  readonly options?: readonly string[];
  readonly description?: string;
}

/**
 * Rules over `server.tool`, the names of declared tools and `run`, with patterns and, in brackets, patterns of arguments:
 * `fs.write_file(path=docs/*)`. `deny` wins over `ask`, `ask` over `allow` unless the rule that allows is the narrower
 * one; what no rule names is allowed when the step names it.
 */
export interface PermissionSpec {
  readonly allow: readonly string[];
  readonly ask: readonly string[];
  readonly deny: readonly string[];
}

export interface MemorySpec {
  readonly namespace?: Template;
  readonly commit: 'on_success' | 'each_step';
  /** Keys kept in the namespace. */
  readonly max?: number;
}

/** What `promptchain engineer` does with the chain where the command line says nothing else. */
export interface EngineerSpec {
  /** Absolute. */
  readonly data?: string;
  readonly budget: { readonly rollouts?: number; readonly calls?: number; readonly usd?: number; readonly timeMs?: number };
  readonly models: { readonly improver?: string; readonly judge?: string };
  /** By id. */
  readonly steps: { readonly [id: string]: { readonly optimize?: boolean; readonly keep?: readonly string[] } };
  /** Metrics by their weight. */
  readonly objectives?: { readonly [metric: string]: number };
}
