/**
 * What is known of a value before the run. An `InputSpec` of a chain is one. `any` (and a map without `fields`) may hold
 * whatever the run brings; reading a name that `fields` does not have is an error when the file is loaded.
 */
export interface Shape {
  readonly type: 'any' | 'string' | 'number' | 'integer' | 'boolean' | 'choice' | 'list' | 'map';
  /** Of a `choice`: the texts it can be. */
  readonly options?: readonly string[];
  /** Of a `list`. */
  readonly items?: Shape;
  /** Of a `map`: every name it can have. */
  readonly fields?: { readonly [name: string]: Shape };
  /** Of a field: it may not be there. */
  readonly optional?: true;
}

/** An earlier step, as a text or a condition after it may read it. */
export interface StepName {
  readonly kind: string;
  /** Its output is free text of a model (no `choices`, `fields` or `schema`), so comparing it with a literal is a mistake. */
  readonly modelText: boolean;
  /** Of `steps.<id>.data`; without it nothing is known. */
  readonly data?: Shape;
  /** Of `steps.<id>.output`, where it is not just any text. */
  readonly output?: Shape;
}

/** What a text or a condition can read at its place in the chain. Looked at only while compiling: `steps` may grow afterwards. */
export interface Names {
  readonly inputs: { readonly [name: string]: Shape };
  /** The steps before this place, by id. */
  readonly steps: ReadonlyMap<string, StepName>;
  /** Ids of steps that exist but run later (or in a scope of their own): reading one is a forward reference. */
  readonly later?: ReadonlySet<string>;
  /** True when `input` is the free text of a model. */
  readonly inputIsModelText?: boolean;
  /** Steps that exist and cannot be read here for another reason than their place: why, and what to do. */
  readonly apart?: ReadonlyMap<string, { readonly message: string; readonly help: string }>;
  /** Inside `foreach`: the item. `index` exists with it. */
  readonly item?: Shape | undefined;
  /** Inside `repeat`; `index` exists with it too. */
  readonly loop?: Shape | undefined;
  /** True when `loop.output` is the free text of a model. */
  readonly turnIsModelText?: boolean;
}
