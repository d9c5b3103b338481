import { StepError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { textOf } from '../core/json.ts';
import type { Scope } from '../core/scope.ts';
import type { Reference, Template } from '../core/template.ts';
import { checkReads, checkWords } from './check.ts';
import type { Names } from './names.ts';
import type { TextProblem } from './problem.ts';
import { readValue, whyMissing } from './read.ts';
import type { Slot } from './scan.ts';
import { scan } from './scan.ts';

export type { TextProblem } from './problem.ts';

export interface CompileOptions {
  /** No placeholders: the text is text. */
  readonly raw?: boolean;
  /** With it, what the placeholders read is checked too. */
  readonly names?: Names;
}

/**
 * Compiles a text with placeholders. Never throws: what is wrong is in `problems`, with offsets into `source`, and stands in
 * the template as text.
 *
 * A value that is not there, and null, end the filling with a `StepError` (`PC3120`) unless a `default` filter follows:
 * nothing is silently left out of a prompt. Null is kept by the `json` filter, and by `value` when the text is exactly one
 * placeholder.
 */
export function compileTemplate(source: string, options: CompileOptions = {}): { template: Template; problems: TextProblem[] } {
  if (options.raw === true) return { template: templateOf(source, [source]), problems: [] };
  if (source.length > LONGEST) return { template: templateOf(source, [source]), problems: [tooLong(source)] };
  const { parts, problems } = scan(source);
  const template = templateOf(source, parts);
  if (template.references.length > MOST) return { template, problems: [tooMany(template)] };
  if (options.names === undefined) return { template, problems: [...problems] };
  const words = checkWords(source, options.names);
  const meant = new Set(words.map((problem) => problem.offset));
  const slips = problems.filter((problem) => problem.code !== 'PC3114' || !meant.has(problem.offset));
  return { template, problems: [...slips, ...checkReads(template, options.names), ...words] };
}

const LONGEST = 4_000_000;
const MOST = 10_000;

function templateOf(source: string, parts: readonly (string | Slot)[]): Template {
  const references: Reference[] = [];
  for (const part of parts) if (typeof part !== 'string') references.push(part.reference);
  const [first] = parts;
  const only = parts.length === 1 && typeof first === 'object' ? first : undefined;
  const fill = (scope: Scope): string => {
    let text = '';
    for (const part of parts) text += typeof part === 'string' ? part : textIn(part, scope);
    return text;
  };
  return { source, references, fill, value: only === undefined ? fill : (scope) => whole(only, scope) };
}

function textIn(slot: Slot, scope: Scope): string {
  const value = resolve(slot, scope) ?? fail(slot, scope);
  if (typeof value === 'string') return value;
  try {
    return textOf(value);
  } catch (error) {
    throw unfit(slot, error);
  }
}

function whole(slot: Slot, scope: Scope): Json {
  const value = resolve(slot, scope);
  return value === undefined ? fail(slot, scope) : value;
}

function resolve(slot: Slot, scope: Scope): Json | undefined {
  let value = readValue(scope, slot.reference.root, slot.reference.path);
  for (const { filter, argument } of slot.calls) {
    if (value === undefined && filter.takes !== 'missing') continue;
    if (value === null && filter.takes === 'value') continue;
    try {
      value = filter.apply(value ?? null, argument);
    } catch (error) {
      throw unfit(slot, error);
    }
  }
  return value;
}

function unfit(slot: Slot, error: unknown): StepError {
  const why =
    error instanceof RangeError ? 'the value is nested too deep' : error instanceof Error ? error.message : String(error);
  return new StepError(`${slot.text} cannot be filled in: ${why}`, { code: 'PC3121', reason: 'bad_request', cause: error });
}

function fail(slot: Slot, scope: Scope): never {
  const { root, path } = slot.reference;
  throw new StepError(`${slot.text} has no value: ${whyMissing(scope, root, path)}`, {
    code: 'PC3120',
    reason: 'not_found',
    help: `give it something to fall back on: ${slot.text.slice(0, -1).trimEnd()} | default "…"}`,
  });
}

function tooLong(source: string): TextProblem {
  return {
    code: 'PC3104',
    severity: 'error',
    message: `this text has ${source.length} characters: the limit is ${LONGEST}`,
    offset: 0,
    length: 1,
    help: 'pass long material as an input or on stdin',
  };
}

function tooMany(template: Template): TextProblem {
  return {
    code: 'PC3104',
    severity: 'error',
    message: `this text has ${template.references.length} placeholders: the limit is ${MOST}`,
    offset: 0,
    length: 1,
  };
}
