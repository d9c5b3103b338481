import { z } from 'zod';
import { ToolError } from '../core/errors.ts';
import type { Io } from '../core/io.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Effect, Tool, ToolScope } from '../core/tool.ts';
import { wireName } from '../lib/wire-name.ts';
import type { Lookup } from './fetch-address.ts';

/** A tool that comes with the program: one file, one line in the table. */
export interface BuiltIn {
  readonly name: string;
  /** For a model that has never seen it: what it does, what it gives back, its limits. */
  readonly description: string;
  readonly options: z.ZodObject;
  readonly effect: Effect;
  readonly timeoutMs?: number;
  run(args: never, place: BuiltInPlace): Promise<BuiltInResult>;
}

/** All that a built-in tool may touch. */
export interface BuiltInPlace {
  readonly io: Io;
  readonly scope: ToolScope;
  readonly signal: AbortSignal;
  readonly lookup: Lookup;
  /** Whether the user, not the chain, has opened a private address. */
  allowsPrivate(url: URL): boolean;
  /** Asks the rules again, for what a call turns out to do besides: a redirect. Throws as `Toolbox.permit` does. */
  permit(args: JsonObject): Promise<void>;
}

export interface BuiltInResult {
  readonly text: string;
  readonly data?: Json;
  readonly isError?: boolean;
}

interface Definition<Options extends z.ZodObject> extends Omit<BuiltIn, 'options' | 'run'> {
  readonly options: Options;
  run(args: z.output<Options>, place: BuiltInPlace): Promise<BuiltInResult>;
}

export function defineBuiltIn<Options extends z.ZodObject>(definition: Definition<Options>): BuiltIn {
  return definition;
}

/** The built-in as everyone else sees tools. What it throws as `ToolError` is a result, unless only a person could help. */
export function toolOf(builtIn: BuiltIn, place: Omit<BuiltInPlace, 'signal' | 'permit'>, permit: PermitCall): Tool {
  const { name, description, options, effect, timeoutMs } = builtIn;
  const { $schema: _, ...parameters } = z.toJSONSchema(options, { io: 'input' });
  return {
    name,
    wireName: wireName(name),
    description,
    parameters: parameters as JsonObject,
    effect,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    async *call(args, { signal }) {
      try {
        const inside = { ...place, signal, permit: (other: JsonObject) => permit(name, other, signal) };
        // Checked against the same schema before, but JSON Schema counts characters otherwise.
        const checked = options.safeParse(args);
        if (!checked.success) return { text: `the arguments do not fit: ${z.prettifyError(checked.error)}`, isError: true };
        const { isError = false, ...result } = await builtIn.run(checked.data as never, inside);
        return { ...result, isError };
      } catch (error) {
        if (signal.aborted || !(error instanceof ToolError) || error.reason === 'needs_human') throw error;
        return { text: error.help === undefined ? error.message : `${error.message} (${error.help})`, isError: true };
      }
    },
  };
}

type PermitCall = (tool: string, args: JsonObject, signal: AbortSignal) => Promise<void>;
