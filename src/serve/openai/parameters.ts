import type { Json } from '../../core/json.ts';
import type { ServedChain } from '../service.ts';
import { BadRequest } from './problem.ts';

export type Fields = { readonly [field: string]: unknown };

/** The fields of one API, beside the messages: what each can mean to a chain. */
export interface Vocabulary {
  /** They set a parameter of the chain's models, where the server lets clients do that. */
  readonly parameters: readonly Parameter[];
  /** A chain cannot do them, and without them the answer would not be what was asked for. */
  readonly refused: { readonly [field: string]: Refusable };
  /** They are read elsewhere, or nothing is lost without them. */
  readonly understood: readonly string[];
}

export interface Parameter {
  readonly field: string;
  readonly sets: string;
  /** Undefined where the field says nothing about it. */
  value?(given: unknown): unknown;
  /** Why it cannot be ignored. */
  readonly needed?: string;
}

export interface Refusable {
  /** The value asks for nothing. */
  harmless(value: unknown): boolean;
  readonly because: string;
}

export interface Parameters {
  readonly overrides: { readonly [name: string]: Json };
  /** The fields that set them, by the name of the parameter. */
  readonly fields: { readonly [name: string]: string };
  /** Fields without effect. */
  readonly ignored: readonly string[];
}

/** Sorts the fields of a request. Throws `BadRequest` for what must not be ignored. */
export function parametersOf(body: Fields, { overridable }: Pick<ServedChain, 'overridable'>, words: Vocabulary): Parameters {
  const given = new Map(Object.entries(body).filter(([, value]) => value !== undefined && value !== null));
  for (const [field, { harmless, because }] of Object.entries(words.refused)) {
    if (given.has(field) && !harmless(given.get(field))) throw unsupported(field, because);
    given.delete(field);
  }
  for (const field of words.understood) given.delete(field);
  const overrides: Record<string, Json> = {};
  const fields: Record<string, string> = {};
  for (const { field, sets, value = asGiven, needed } of words.parameters) {
    if (!given.has(field)) continue;
    const own = value(given.get(field));
    if (own !== undefined && own !== null && !overridable.includes(sets)) {
      if (needed !== undefined) throw unsupported(field, `${needed}, and the server does not let clients set it`);
      continue;
    }
    if (own !== undefined && own !== null) {
      overrides[sets] = own as Json;
      fields[sets] = field;
    }
    given.delete(field);
  }
  return { overrides, fields, ignored: [...given.keys()] };
}

function asGiven(given: unknown): unknown {
  return given;
}

/** A value that asks for nothing. */
export function nothing(value: unknown): boolean {
  return value === false || value === 0 || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}

function unsupported(field: string, because: string): BadRequest {
  return new BadRequest(field, `"${field}" is not supported: ${because}`, { code: 'unsupported_parameter' });
}
