import type { z } from 'zod';
import { nearest } from '../lib/nearest.ts';
import type { Node, NodePath } from './node.ts';
import { describe, keyPlaceAt, nodeAt, placeAt } from './node.ts';
import { quoteYaml } from './quote.ts';
import type { Finding, Report } from './report.ts';
import { shown } from './report.ts';
import { keysAt } from './schema-walk.ts';
import { isFreeKey, type Owner, unknownKey } from './unknown-key.ts';

type Issue = z.core.$ZodIssue;

/** Turns what a schema found into problems of the file. `root` is the node the schema was applied to. */
export function reportIssues(report: Report, root: Node, issues: readonly Issue[], about: About): void {
  const open = issues.flatMap((issue) => narrow(root, issue));
  const unknown = open.flatMap((issue) => (issue.code === 'unrecognized_keys' ? [issue] : []));
  for (const issue of open) if (!followsFrom(issue, unknown, root)) reportIssue(report, root, issue, about);
}

interface About {
  readonly owner: Owner;
  readonly schema: z.ZodType;
}

type UnknownKeys = Extract<Issue, { code: 'unrecognized_keys' }>;

/** A key that is missing, or a rule about keys that is broken, where another key is not known: the unknown one alone is told. */
function followsFrom(issue: Issue, unknown: readonly UnknownKeys[], root: Node): boolean {
  if (issue.code === 'unrecognized_keys') return false;
  if (issue.code === 'custom') return unknown.some(({ path }) => sameSteps(path, issue.path));
  if (nodeAt(root, pathOf(issue)) !== undefined) return false;
  return unknown.some(({ path }) => path.length > 0 && sameSteps(path, issue.path.slice(0, -1)));
}

function sameSteps(a: readonly PropertyKey[], b: readonly PropertyKey[]): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index]);
}

function pathOf(issue: Issue): (string | number)[] {
  return issue.path.filter((key) => typeof key !== 'symbol');
}

function reportIssue(report: Report, root: Node, issue: Issue, about: About): void {
  const path = pathOf(issue);
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) {
      if (isFreeKey(key)) continue;
      const owner = path.length === 0 ? about.owner : { name: `"${nameOf(path)}"`, known: keysAt(about.schema, path) };
      report.add(keyPlaceAt(root, [...path, key]), owner.known.includes(key) ? notTogether(key, owner) : unknownKey(key, owner));
    }
    return;
  }
  const node = nodeAt(root, path);
  if (issue.code === 'invalid_key') {
    const [first] = issue.issues;
    const message = `${shown(String(path.at(-1)))} ${first?.message ?? 'is not a key that can stand here'}`;
    report.add(keyPlaceAt(root, path), { code: 'PC1101', message });
    return;
  }
  if (node !== undefined) {
    report.add(node, findingOf(issue, node, path, report.source.text));
    return;
  }
  const parent = path.slice(0, -1);
  const place = parent.length === 0 ? placeAt(root, []) : keyPlaceAt(root, parent);
  const where = parent.length === 0 ? about.owner.name : `"${nameOf(parent)}"`;
  report.add(place, { code: 'PC1105', message: `"${nameOf(path.slice(-1))}" is missing in ${where}` });
}

/** A key of another member of the union than the one the other keys belong to. */
function notTogether(key: string, { name }: Owner): Finding {
  return { code: 'PC1106', message: `"${key}" does not go together with the other keys of ${name}` };
}

/** Of a union, what the member the author meant complains about: the first whose complaint is more than "wrong type". */
function narrow(root: Node, issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union' || nodeAt(root, pathOf(issue)) === undefined) return [issue];
  const meant = issue.errors.find(([first]) => first !== undefined && !(first.path.length === 0 && isWrongType(first)));
  if (meant === undefined) return [issue];
  return meant.flatMap((inner) => narrow(root, { ...inner, path: [...issue.path, ...inner.path] } as Issue));
}

function isWrongType(issue: Issue): boolean {
  return (
    issue.code === 'invalid_type' ||
    (issue.code === 'invalid_union' &&
      issue.errors.every((errors) => errors[0] !== undefined && errors[0].path.length === 0 && isWrongType(errors[0])))
  );
}

function findingOf(issue: Issue, node: Node, path: NodePath, text: string): Finding {
  const name = path.length === 0 ? 'this' : `"${nameOf(path)}"`;
  const trap = mapForText(issue, node, text);
  if (trap !== undefined) return trap;
  if (issue.code === 'invalid_type') return wrongType(issue.expected, node, name, issue.message);
  if (issue.code === 'invalid_value') return wrongValue(issue.values.map(String), node, name);
  if (issue.code === 'invalid_union') return wrongUnion(issue, node, name);
  const message = sentenceOf(issue);
  return {
    ...about(message, node, path),
    message: `${name} ${/^(must|needs|has|is) /.test(message) ? message : `is not valid: ${message}`}`,
  };
}

/** `prompt: Note: {input}` on a line of its own: the text became a map because it holds ": ". */
function mapForText(issue: Issue, node: Node, text: string): Finding | undefined {
  if (node.kind !== 'map' || node.flow || node.entries.size !== 1 || !acceptsText(issue)) return undefined;
  const written = text.slice(node.start, node.end).trimEnd();
  const [key] = node.entries.keys();
  if (written.includes('\n') || key === undefined || !/\s/.test(key)) return undefined;
  const quoted = quoteYaml(written);
  const fix = { start: node.start, end: node.start + written.length, text: quoted };
  return {
    code: 'PC1109',
    message: 'this is a map, not text: YAML reads ": " as a key; quote it',
    label: `write ${quoted}`,
    fix,
  };
}

function acceptsText(issue: Issue): boolean {
  if (issue.code === 'invalid_type') return issue.expected === 'string';
  return (
    issue.code === 'invalid_union' &&
    issue.errors.some((errors) => errors.some((error) => error.path.length === 0 && acceptsText(error)))
  );
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'null',
};

function wrongType(expected: string, node: Node, name: string, message: string): Finding {
  if (/^(needs|must) /.test(message)) return { ...about(message, node, []), message: `${name} ${message}` };
  const finding = { code: 'PC1101', message: `${name} must be ${TYPES[expected] ?? expected}, ${butIs(node)}` };
  const meant = node.kind === 'scalar' && typeof node.value === 'string' ? meantBy(expected, node.value) : undefined;
  if (meant === undefined) return finding;
  const help = expected === 'boolean' ? 'in YAML 1.2 only true and false are booleans' : undefined;
  return { ...finding, label: `write ${meant}`, help, fix: { start: node.start, end: node.end, text: meant } };
}

/** `yes` for a boolean, `"100"` for a number, one text for a list of them. */
function meantBy(expected: string, text: string): string | undefined {
  if (expected === 'boolean')
    return /^(yes|on|y|true)$/i.test(text) ? 'true' : /^(no|off|n|false)$/i.test(text) ? 'false' : undefined;
  if (expected === 'number' || expected === 'int') return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? text : undefined;
  return expected === 'array' && /^[A-Za-z_][\w:-]*$/.test(text) ? `[${quoteYaml(text)}]` : undefined;
}

function butIs(node: Node): string {
  return node.kind === 'scalar' && node.value === null ? 'but it is empty' : `not ${describe(node)}`;
}

function wrongValue(values: readonly string[], node: Node, name: string): Finding {
  const written = node.kind === 'scalar' ? String(node.value) : describe(node);
  const near = node.kind === 'scalar' ? nearest(written, values) : undefined;
  const message = `${name} must be ${values.length === 1 ? '' : 'one of '}${values.join(', ')}, not ${shown(written)}`;
  if (near === undefined) return { code: 'PC1101', message };
  return { code: 'PC1101', message, label: `did you mean "${near}"?`, fix: { start: node.start, end: node.end, text: near } };
}

function wrongUnion(issue: Extract<Issue, { code: 'invalid_union' }>, node: Node, name: string): Finding {
  if (issue.message !== 'Invalid input') return { code: 'PC1101', message: `${name} ${issue.message}, ${butIs(node)}` };
  const expected = [...new Set(typesOf(issue))];
  const wanted = expected.length === 0 ? 'something else' : expected.join(' or ');
  return { code: 'PC1101', message: `${name} must be ${wanted}, ${butIs(node)}` };
}

function typesOf(issue: Issue): string[] {
  if (issue.code === 'invalid_type') return [TYPES[issue.expected] ?? issue.expected];
  if (issue.code === 'invalid_value') return issue.values.map((value) => JSON.stringify(value) ?? '');
  return issue.code === 'invalid_union'
    ? issue.errors.flatMap((errors) => errors.flatMap((error) => (error.path.length === 0 ? typesOf(error) : [])))
    : [];
}

/** The schema's own words, unless they are the library's. */
function sentenceOf(issue: Issue): string {
  if (!/^Too (small|big)/.test(issue.message)) return `${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}`;
  const unit = 'origin' in issue ? (UNITS[String(issue.origin)] ?? '') : '';
  if (issue.code === 'too_small')
    return unit !== '' && issue.minimum === 1 ? 'must not be empty' : `must be at least ${issue.minimum}${unit}`;
  return issue.code === 'too_big' ? `must be at most ${issue.maximum}${unit}` : issue.message;
}

const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' items' };

/** The code of a message, and the hint that goes with it: a number as a duration most likely means seconds. */
function about(message: string, node: Node, path: NodePath): Pick<Finding, 'code' | 'label'> {
  const written = node.kind === 'scalar' ? String(node.written ?? node.value) : '';
  if (message.includes('unit'))
    return /^\d+$/.test(written) ? { code: 'PC1111', label: `did you mean "${written}s"?` } : { code: 'PC1111' };
  if (path.length !== 1 || path[0] !== 'id') return { code: 'PC1101' };
  const id = written
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^[_0-9]+|_+$/g, '');
  return id === '' || id.length > 64 ? { code: 'PC1108' } : { code: 'PC1108', label: `did you mean "${id}"?` };
}

function nameOf(path: NodePath): string {
  const name = path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('');
  return name.length > 80 ? `${name.slice(0, 77)}...` : name;
}
