import { dirname, extname } from 'node:path';
import { z } from 'zod';
import type { Assertion, AssertionSet } from '../core/dataset.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Position } from '../core/problem.ts';
import { ASSERTION_TYPES, type AssertionType } from '../lib/case-fields.ts';
import { nearest } from '../lib/nearest.ts';
import { ASSERTIONS } from './assertions/index.ts';
import type { WrittenAssertion } from './dataset-schema.ts';
import { fillPlaceholders, hasTemplateCode } from './placeholders.ts';
import { type Reading, report, textOfFile } from './reading.ts';

/** An assertion as written, and the place of each of its keys. */
export interface Written {
  readonly json: WrittenAssertion;
  place(...key: readonly (string | number)[]): Position;
}

/** What an assertion is read with. */
export interface AssertionContext {
  readonly reading: Reading;
  readonly vars: JsonObject;
  readonly templates: { readonly [name: string]: WrittenAssertion };
}

/** The assertion that was written; undefined, and the problems reported, when it cannot be one. */
export function readAssertion(written: Written, context: AssertionContext): Assertion | AssertionSet | undefined {
  const resolved = resolve(written, context);
  if (resolved === undefined) return undefined;
  const { json, place } = resolved;
  if (json.type !== 'assert-set') return readOne(resolved, context);
  for (const key of ['config', 'value', 'transform', 'step'] as const)
    if (json[key] !== undefined) tellUnused(context.reading, place(key), key);
  const parts = (json.assert ?? []).flatMap((part, index) => {
    const one = resolve({ json: part, place: (...key) => place('assert', index, ...key) }, context);
    const read = one === undefined ? undefined : readOne(one, context);
    return read === undefined ? [] : [read];
  });
  if (json.assert === undefined) {
    report(context.reading, place('type'), { code: 'PC1504', message: 'an assert-set needs "assert", a list of assertions' });
    return undefined;
  }
  const { threshold, weight = 1, metric } = json;
  return {
    type: 'assert-set',
    assertions: parts,
    ...(threshold === undefined ? {} : { threshold }),
    weight,
    ...(metric === undefined ? {} : { metric }),
    position: place(),
  };
}

/** Follows `$ref: "#/assertionTemplates/name"`; what stands beside it goes over the template. */
function resolve({ json, place }: Written, { reading, templates }: AssertionContext): Written | undefined {
  const { $ref, ...own } = json;
  if ($ref === undefined) return { json, place };
  const name = /^#\/assertionTemplates\/(.+)$/.exec($ref)?.[1];
  const template = name !== undefined && Object.hasOwn(templates, name) ? templates[name] : undefined;
  if (template !== undefined) return { json: { ...template, ...own }, place };
  const near = name === undefined ? undefined : nearest(name, Object.keys(templates));
  report(reading, place('$ref'), {
    code: 'PC1507',
    message: `the reference ${JSON.stringify($ref)} leads nowhere`,
    label: near === undefined ? undefined : `did you mean "#/assertionTemplates/${near}"?`,
    help: 'it has the form "#/assertionTemplates/name", with that name in the same file',
  });
  return undefined;
}

function readOne({ json, place }: Written, context: AssertionContext): Assertion | undefined {
  const { reading } = context;
  const not = json.type?.startsWith('not-') === true;
  const type = not ? (json.type ?? '').slice('not-'.length) : json.type;
  if (type === undefined || !isType(type)) {
    report(reading, place('type'), unknownType(json.type));
    return undefined;
  }
  if (json.assert !== undefined)
    report(reading, place('assert'), { code: 'PC1504', message: `"assert" belongs to an assert-set, not to ${type}` });
  for (const key of ['provider', 'rubricPrompt'] as const) if (json[key] !== undefined) tellUnused(reading, place(key), key);
  const value = readValue(type, { json, place }, context);
  const { threshold, weight = 1, metric, transform, step, message, config } = json;
  const assertion: Assertion = {
    type,
    not,
    ...(value === undefined ? {} : { value }),
    ...(threshold === undefined ? {} : { threshold }),
    weight,
    ...(metric === undefined ? {} : { metric: String(fillPlaceholders(metric, context.vars).value) }),
    ...(transform === undefined ? {} : { transform }),
    ...(step === undefined ? {} : { step }),
    ...(message === undefined ? {} : { message }),
    ...(config === undefined ? {} : { config }),
    position: place(),
  };
  const wrong = ASSERTIONS[type].refuse?.(assertion);
  if (wrong === undefined) return assertion;
  const at = json.value === undefined ? place('type') : place('value');
  report(reading, at, {
    code: 'PC1504',
    message: wrong.startsWith('needs') ? `${json.type} ${wrong}` : `the value of ${json.type} ${wrong}`,
  });
  return undefined;
}

function isType(type: string): type is AssertionType {
  return Object.hasOwn(ASSERTIONS, type);
}

/** Of an assertion `provider` and `rubricPrompt`: the judge is chosen on the command line, its prompts are ours. Of a set what its parts have. */
function tellUnused(reading: Reading, position: Position, key: string): void {
  const help = key === 'provider' ? 'name the judge with --judge-model provider/model' : undefined;
  report(reading, position, { code: 'PC1508', severity: 'warning', message: `"${key}" is not used here`, help });
}

/** The value, from a file if it names one, placeholders filled in. JavaScript stays a name or a text: it is run. */
function readValue(
  type: AssertionType,
  { json: { value }, place }: Written,
  { reading, vars }: AssertionContext,
): Json | undefined {
  if (value === undefined) return undefined;
  if (type === 'javascript' && typeof value === 'string' && value.startsWith('file://')) return value;
  if (typeof value === 'string' && value.startsWith('file://')) return valueOfFile(value, place('value'), reading);
  const texts = Array.isArray(value) ? value : [value];
  if (type !== 'javascript' && texts.some((text) => typeof text === 'string' && hasTemplateCode(text))) {
    const message = 'only {{name}} is filled in here: filters, calls and {% … %} stay as they are';
    report(reading, place('value'), { code: 'PC1508', severity: 'warning', message });
  }
  const { value: filled, unknown } = fillPlaceholders(value as Json, vars);
  for (const name of unknown) {
    report(reading, place('value'), {
      code: 'PC1507',
      message: `the case has no var "${name}"`,
      help: `its vars are: ${Object.keys(vars).join(', ') || 'none'}`,
    });
  }
  return filled;
}

/** The content of a file an assertion names: data of `.json` and `.yaml`, the text of others. */
export function valueOfFile(reference: string, position: Position, reading: Reading): Json | undefined {
  const found = reading.files.locate(dirname(position.file), reference.slice('file://'.length));
  if ('problem' in found) {
    report(reading, position, { code: 'PC1507', message: found.problem, help: found.help });
    return undefined;
  }
  const extension = extname(found.file);
  if (/^\.(?:[cm]?[jt]s|py|rb)$/.test(extension)) {
    report(reading, position, {
      code: 'PC1505',
      message: `a ${extension} file cannot give a value here`,
      help: 'write the value, or put it into a .json, .yaml or .txt file',
    });
    return undefined;
  }
  const text = textOfFile(reading, found.file, position);
  if (text === undefined || !/^\.(?:json|ya?ml)$/.test(extension)) return text?.trim();
  const { located, problems } = reading.files.check(found.file, text, { schema: z.json(), name: 'the file' });
  reading.problems.push(...problems);
  return located?.value;
}

function unknownType(type: string | undefined) {
  if (type === undefined) return { code: 'PC1504', message: 'an assertion needs a "type"', help: TYPES_HELP };
  const foreign = FOREIGN.get(type.replace(/^not-/, ''));
  if (foreign !== undefined) return { code: 'PC1505', message: `assertions of type "${type}" are not supported`, help: foreign };
  const near = nearest(type, [...ASSERTION_TYPES, ...ASSERTION_TYPES.map((each) => `not-${each}`), 'assert-set']);
  const label = near === undefined ? undefined : `did you mean "${near}"?`;
  return { code: 'PC1504', message: `there is no assertion of type ${JSON.stringify(type)}`, label, help: TYPES_HELP };
}

const TYPES_HELP = 'promptchain help assertions lists the types';

/** Types of promptfoo, and what does their work here. */
const FOREIGN: ReadonlyMap<string, string> = new Map([
  ['select-best', 'it compares several outputs, and a case has one'],
  ['similar', 'llm-rubric, rouge-n or levenshtein compare texts without embeddings'],
  ['python', 'write the check as javascript'],
  ['ruby', 'write the check as javascript'],
  ['webhook', 'write the check as javascript'],
  ['model-graded-factuality', 'write factuality'],
  ['contains-xml', 'use is-xml, or a regex'],
  ['g-eval', 'use llm-rubric'],
  ['meteor', 'use rouge-n or bleu'],
  ['gleu', 'use bleu'],
]);
