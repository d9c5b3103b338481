import { createHash } from 'node:crypto';
import type { Assertion, AssertionSet, Case } from '../core/dataset.ts';
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import type { Position } from '../core/problem.ts';
import { readAssertion, valueOfFile, type Written } from './assertion.ts';
import { codeOf } from './code.ts';
import { FOREIGN_KEYS, type WrittenAssertion, type WrittenCase } from './dataset-schema.ts';
import { expandVars, MOST_SETS } from './expansion.ts';
import { type Reading, report } from './reading.ts';

/** A case as written, and the place of each of its parts. */
export interface WrittenPlace {
  readonly json: WrittenCase;
  place(...path: readonly (string | number)[]): Position;
}

/** What the cases of a file have in common. */
export interface Common {
  readonly reading: Reading;
  readonly templates: { readonly [name: string]: WrittenAssertion };
  /** promptfoo's `defaultTest`. */
  readonly defaults?: WrittenPlace;
}

/** The cases that one written case stands for: several when vars are lists, none when it is wrong. */
export function readCase(written: WrittenPlace, common: Common): readonly Case[] {
  const { reading, defaults } = common;
  const { json, place } = written;
  for (const key of FOREIGN_KEYS) {
    if ((json as { readonly [key: string]: unknown })[key] === undefined) continue;
    report(reading, place(key), {
      code: 'PC1508',
      severity: 'warning',
      message: `"${key}" of a case is not used: the chain decides what runs`,
    });
  }
  const vars = { ...readVars(defaults, reading), ...readVars(written, reading) };
  const options = { ...defaults?.json.options, ...json.options };
  const sets = options.disableVarExpansion === true ? [vars] : expandVars(vars);
  if (sets.length > MOST_SETS) {
    report(reading, place('vars'), { code: 'PC1503', message: `the lists in "vars" stand for more than ${MOST_SETS} cases` });
    return [];
  }
  const transform = readTransform(written, options.transform, reading);
  return sets.map((set) => oneCase(written, { common, vars: set, options, ...(transform === undefined ? {} : { transform }) }));
}

interface Parts {
  readonly common: Common;
  readonly vars: JsonObject;
  readonly options: JsonObject;
  readonly transform?: string;
}

function oneCase({ json, place }: WrittenPlace, { common, vars, options, transform }: Parts): Case {
  const { defaults } = common;
  const context = { ...common, vars };
  const assertions = [
    ...(options.disableDefaultAsserts === true || defaults === undefined ? [] : assertionsOf(defaults, context)),
    ...assertionsOf({ json, place }, context),
    ...expectedOf(json, place),
  ];
  const input = json.input ?? defaults?.json.input;
  const threshold = json.threshold ?? defaults?.json.threshold;
  const { description, expected, split, why, rating, memory } = { ...defaults?.json, ...json };
  return {
    id:
      json.id === undefined ? shortHash([input ?? null, vars, expected ?? null, (json.assert ?? null) as Json]) : String(json.id),
    ...(description === undefined ? {} : { description }),
    ...(input === undefined ? {} : { input }),
    vars,
    ...(expected === undefined ? {} : { expected }),
    assertions,
    ...(transform === undefined ? {} : { transform }),
    ...(threshold === undefined ? {} : { threshold }),
    weight: json.weight ?? 1,
    ...(split === undefined ? {} : { split }),
    ...(why === undefined ? {} : { why }),
    ...(rating === undefined ? {} : { rating }),
    metadata: { ...defaults?.json.metadata, ...json.metadata },
    ...(memory === undefined ? {} : { memory }),
    position: place(),
  };
}

function assertionsOf(
  { json, place }: WrittenPlace,
  context: Common & { readonly vars: JsonObject },
): readonly (Assertion | AssertionSet)[] {
  return (json.assert ?? []).flatMap((assertion, index) => {
    const written: Written = { json: assertion, place: (...path) => place('assert', index, ...path) };
    const read = readAssertion(written, context);
    return read === undefined ? [] : [read];
  });
}

/** `expected` in short: a text is to be equalled, spaces around it aside; of a map or a list the fields count. */
function expectedOf({ expected }: WrittenCase, place: WrittenPlace['place']): readonly Assertion[] {
  if (expected === undefined) return [];
  const shared = { not: false, value: expected, weight: 1, position: place('expected') };
  if (Array.isArray(expected) || isJsonObject(expected)) return [{ type: 'json-fields', ...shared }];
  return [{ type: 'equals', config: { trim: true }, ...shared }];
}

function readVars(written: WrittenPlace | undefined, reading: Reading): JsonObject {
  const vars = written?.json.vars;
  if (written === undefined || vars === undefined) return {};
  if (typeof vars === 'string') {
    const loaded = vars.startsWith('file://') ? valueOfFile(vars, written.place('vars'), reading) : undefined;
    if (isJsonObject(loaded)) return loaded;
    if (reading.problems.length === 0)
      report(reading, written.place('vars'), {
        code: 'PC1503',
        message: '"vars" must be a map, or file:// and the name of a YAML or JSON file with one',
      });
    return {};
  }
  return Object.fromEntries(
    Object.entries(vars as JsonObject).map(([name, value]) => {
      const isFile = typeof value === 'string' && value.startsWith('file://');
      return [name, isFile ? (valueOfFile(value, written.place('vars', name), reading) ?? '') : value];
    }),
  );
}

function readTransform({ place }: WrittenPlace, transform: Json | undefined, reading: Reading): string | undefined {
  if (transform === undefined) return undefined;
  const code = codeOf(transform, place().file);
  if ('problem' in code)
    report(reading, place('options', 'transform'), { code: 'PC1503', message: `the transform ${code.problem}` });
  return String(transform);
}

/** Every case gets an id of its own: given ones must differ, the same content twice gets a number. */
export function distinct(cases: readonly Case[], given: ReadonlySet<string>, reading: Reading): readonly Case[] {
  const seen = new Map<string, number>();
  const firsts = new Map<string, Case>();
  return cases.map((each) => {
    const count = (seen.get(each.id) ?? 0) + 1;
    seen.set(each.id, count);
    const first = firsts.get(each.id);
    firsts.set(each.id, first ?? each);
    if (first === undefined) return each;
    // Cases of one line are what lists in its vars stand for.
    const sameLine = first.position.line === each.position.line && first.position.file === each.position.file;
    if (given.has(each.id) && !sameLine) {
      const label = `already on line ${first.position.line}`;
      report(reading, each.position, { code: 'PC1506', message: `two cases have the id "${each.id}"`, label });
    }
    return { ...each, id: `${each.id}-${count}` };
  });
}

function shortHash(value: Json): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 8);
}
