import type { Fields } from '../lib/fields.ts';
import type { Chain } from './chain.ts';
import type { Reason, RejectedAnswer } from './errors.ts';
import type { StepEvent } from './event.ts';
import type { Io } from './io.ts';
import type { Json, JsonObject } from './json.ts';
import type { MemoryChange } from './memory.ts';
import type { AssistantMessage, ChatTurn, ToolCall, UserMessage } from './message.ts';
import type { AnswerFormat, CachePolicy, FinishReason, Model, ModelParams, ModelRequest, ModelSpec, Usage } from './model.ts';
import type { Position } from './problem.ts';
import type { Scope } from './scope.ts';
import type { Expression, Reference, Template, ValueTemplate } from './template.ts';
import type { Tool, ToolResult } from './tool.ts';

/**
 * A kind of step: one file in `steps/`, one line in its table. `options` are the keys it adds to those of every step
 * (its own key among them): the one schema gives the check, the editor's JSON Schema and the reference table.
 */
export interface StepKind {
  readonly key: string;
  /** One line for help and the reference table, lower case, no full stop. */
  readonly summary: string;
  /** A complete step, as YAML. */
  readonly example: string;
  readonly options: Fields;
  /**
   * `leaf`: does one piece of work; the engine journals, retries and times it as a whole.
   * `group`: runs other steps, which are journaled one by one.
   */
  readonly shape: 'leaf' | 'group';
  /** Compiles the texts in `options` and reports what no schema can see. Called once, when the file is loaded. */
  bind(options: never, binding: Binding): StepBody;
}

/** What a kind may ask of the loader. A path is a list of keys from the step's own map, such as `['with', 'text']`. */
export interface Binding {
  readonly position: Position;
  /** The folder of the chain. Absolute. */
  readonly dir: string;
  /** The arguments it will get, as JSON Schema, when the body is bound to run as a tool. */
  readonly parameters?: JsonObject;
  /** The text at `path`, compiled; undefined when the file has none there. With `raw: true` on the step nothing is a placeholder. */
  text(path: Path): Template | undefined;
  /** Any JSON at `path`, its strings compiled; undefined when absent. */
  value(path: Path): ValueTemplate | undefined;
  /** A CEL expression; `type` is what it must give. With `answer` it may read `loop.data` and `loop.output`, an answer of this form. */
  expression(path: Path, type: 'bool' | 'list' | 'dyn', answer?: AnswerFormat): Expression | undefined;
  /** The model of this step: its own `model` key, else the positional one, else the chain's; `params` go over the alias's. */
  model(params: ModelParams): ModelSpec | undefined;
  /** The steps listed at `path`, bound in the same scope. */
  steps(path: Path): readonly Step[];
  /**
   * At each path a step or a list of steps, named by the last key. `beside`: all of them run, together, so none reads another's;
   * `either`: one of them runs, so what comes after has to live without the others.
   */
  parts(paths: readonly Path[], how: 'beside' | 'either'): readonly StepPart[];
  /** The chain file named at `path`, loaded; undefined (and a problem) when it cannot be, includes itself or nests too deep. */
  chain(path: Path): Chain | undefined;
  /** The prompt text at `path`: a string, `{file}` or `{id}`; front matter gives `params` and `model`. */
  prompt(path: Path): { readonly template: Template; readonly model?: string; readonly params: ModelParams } | undefined;
  /** Texts of the techniques and the strategy named at these paths, parameters filled in. */
  techniques(path: Path): readonly string[];
  strategy(path: Path): string | undefined;
  /** The JSON in the file named at `path`, inside the chain's folder; undefined (and a problem) when there is none. */
  json(path: Path): Json | undefined;
  /** What the last step of the chain must answer, when it says nothing about that itself. */
  readonly answer?: AnswerFormat;
  /** A file inside the chain's folder, symlinks resolved; undefined (and a problem) when it is missing or outside. */
  file(path: Path, name: string): string | undefined;
  problem(
    path: Path,
    problem: { code: string; message: string; help?: string; label?: string; severity?: 'error' | 'warning' },
  ): void;
}

export type Path = readonly (string | number)[];

/** A step with its options parsed and bound: the engine treats all kinds alike. */
export interface Step {
  /** As the file gives it; a step without one cannot be referred to. */
  readonly id?: string;
  /** The id, or the step's number among its siblings, from 1: one segment of the journal path. */
  readonly name: string;
  readonly kind: string;
  readonly shape: 'leaf' | 'group';
  readonly description?: string;
  readonly position: Position;
  readonly if?: Expression;
  /** Its body is run for each item, or again and again; what comes before and after a body is done once. */
  readonly loop?: Loop;
  readonly retry?: RetryPolicy;
  /** Milliseconds, over all attempts; of a step with `loop`, for each item or turn. */
  readonly timeoutMs?: number;
  /** For what it asks a model. */
  readonly cache?: CachePolicy;
  /** When it fails: the chain stops, goes on without it, or runs these steps in its place. */
  readonly onError: 'stop' | 'continue' | readonly Step[];
  readonly remember: readonly Remember[];
  readonly body: StepBody;
  /** Everything its condition, its loop and its body read. */
  readonly reads: readonly Reference[];
  /** Of all that the file says about its work, hex: a change of it makes what was recorded of the step void. */
  definition(): string;
}

export type Loop = Foreach | Repeat;

/** `foreach`: once for each item, the outputs a list in the order of the items. */
export interface Foreach {
  readonly kind: 'foreach';
  /** As written, for people. */
  readonly source: string;
  readonly references: readonly Reference[];
  /** Throws `StepError` for what is no list. */
  items(scope: Scope): readonly Json[];
  /** At a time; by default one after the other. */
  readonly concurrency?: number;
}

/** `repeat`: each turn's output is the next turn's input. */
export interface Repeat {
  readonly kind: 'repeat';
  readonly max: number;
  /** Looked at after a turn. */
  readonly until?: Expression;
  /** Looked at before a turn. */
  readonly while?: Expression;
  /** When `max` turns did not do. */
  readonly onMax: 'fail' | 'continue';
}

/** A list of steps inside a step: a branch, a case, the steps of a group (whose name is empty). */
export interface StepPart {
  readonly name: string;
  readonly steps: readonly Step[];
}

export interface RetryPolicy {
  /** The total, first try included. */
  readonly attempts: number;
  readonly on: ReadonlySet<Reason>;
}

/** `remember: {key: …}`: builds the staged write from the scope after the step. */
export interface Remember {
  readonly key: string;
  readonly references: ValueTemplate['references'];
  change(scope: Scope): MemoryChange;
}

export interface StepBody {
  /** Where it differs from the kind's: a prompt with tools makes a journal entry a turn. */
  readonly shape?: 'leaf' | 'group';
  /** Yields the deltas of the work, returns its outcome, throws a `Failure`. */
  run(context: StepContext): AsyncGenerator<StepEvent, StepOutcome>;
  /** What it will touch, for key checks, dry runs and the trust prompt. */
  readonly model?: ModelSpec;
  /** What its answer is. Without one, the answer of a model is free text. */
  readonly answer?: AnswerFormat;
  readonly parts?: readonly StepPart[];
  readonly chain?: Chain;
  readonly runs?: 'command' | 'function';
  /** What comes after gets what this step got. */
  readonly passes?: true;
  /** It asks a person. */
  readonly asks?: true;
  /** The files of the chain that it runs, as far as they are known. Absolute. */
  files?(): readonly string[];
  /** Patterns of the tools it may use. */
  readonly tools?: readonly string[];
  /** What it reads without a placeholder that says so. */
  readonly reads?: readonly ('input' | 'memory' | 'history')[];
  /** One line on what it will do, for `--dry-run`: the prompt's text, the command. */
  preview?(scope: Scope): string;
  /** What it asks its model, where that is one request and the scope tells all of it: for the cost in `--dry-run`. */
  request?(scope: Scope): ModelRequest;
}

export interface StepOutcome {
  readonly output: string;
  readonly data?: Json;
  readonly usage?: Usage;
  readonly costUsd?: number | null;
  readonly model?: string;
  readonly llm?: boolean;
  readonly finishReason?: FinishReason;
  /** An earlier answer to the same request. */
  readonly cached?: boolean;
  /** What a later step with `history` sends of this one. */
  readonly turn?: ChatTurn;
  /** Writes besides `remember`, staged with them. */
  readonly changes?: readonly MemoryChange[];
  /** The next step's `{input}` stays what this step's was. */
  readonly passThrough?: boolean;
  /** Ends the chain here. */
  readonly stop?: { readonly reason: string; readonly status: 'ok' | 'failed'; readonly output?: Json };
}

/** What a model said in one turn, complete. */
export interface Turn {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  readonly finishReason: FinishReason;
  readonly usage: Usage;
  readonly costUsd: number | null;
  readonly model: string;
  readonly providerItems?: JsonObject;
}

/** All that a step may touch while it runs. */
export interface StepContext {
  /** Journal path, unique in the run. */
  readonly path: string;
  readonly scope: Scope;
  /** The arguments, when the body runs as a tool; `scope.input` is the same as JSON. */
  readonly args?: JsonObject;
  readonly chain: Chain;
  readonly io: Io;
  /** From 1. */
  readonly attempt: number;
  /** What earlier attempts answered in the wrong form, oldest first. */
  readonly rejected: readonly RejectedAnswer[];
  /** The journal path, hashed with the run's id: the same for every attempt, another for every step. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  /** The output goes to the reader of stdout as it comes. */
  readonly final: boolean;
  model(spec: ModelSpec): Promise<Model>;
  /** The last `turns` prompt steps of this chain, oldest first. */
  history(turns: number): readonly (UserMessage | AssistantMessage)[];
  /** Runs steps one after the other in this step's scope; a group's way to its children. `name` is theirs in journal paths. */
  runSteps(steps: readonly Step[], name?: string): AsyncGenerator<StepEvent, StepOutcome>;
  /**
   * Runs lists of steps together, each in a copy of this step's scope; what they gave is in the order of the parts. The first
   * failure ends the others and is thrown, unless this step goes on without what fails: then its place holds null.
   */
  runBranches(
    parts: readonly StepPart[],
    concurrency?: number,
  ): AsyncGenerator<StepEvent, StepOutcome & { readonly values: readonly Json[] }>;
  /** What a person, a flag or a rule says to a question; null after `timeoutMs`. Throws `ToolError` (`needs_human`) where nobody can be asked. */
  ask(question: string, timeoutMs?: number): Promise<boolean | null>;
  /** One turn of a model, as a journal entry of its own; `key` is unique in the step, such as `t3`. Not for leaves. */
  turn(key: string, model: ModelSpec, request: ModelRequest): AsyncGenerator<StepEvent, Turn>;
  /** The tools these patterns name, their servers started. Throws `ToolError` for a pattern that names none. */
  tools(patterns: readonly string[]): AsyncGenerator<StepEvent, readonly Tool[]>;
  /** One call, as a journal entry of its own: arguments checked, permission asked, time limited. Not for leaves. */
  call(key: string, tool: Tool, args: Json): AsyncGenerator<StepEvent, ToolResult>;
  /** Calls that may run together; results keep their order. */
  callAll(
    calls: readonly { readonly key: string; readonly tool: Tool; readonly args: Json }[],
  ): AsyncGenerator<StepEvent, ToolResult[]>;
  /** Runs a chain in a scope of its own. */
  runChain(chain: Chain, call: { readonly input: string; readonly inputs: JsonObject }): AsyncGenerator<StepEvent, StepOutcome>;
}
