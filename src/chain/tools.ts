import { z } from 'zod';
import type { JsonObject } from '../core/json.ts';
import { isJsonObject } from '../core/json.ts';
import type { StepBody, StepKind } from '../core/step.ts';
import type { ToolSpec } from '../core/tool.ts';
import { duration } from '../lib/duration.ts';
import { fieldsSchema } from '../lib/field-types.ts';
import { type Fields, fields } from '../lib/fields.ts';
import { schemaProblem } from '../lib/json-schema.ts';
import { createBinding } from './bind.ts';
import { checkedFields } from './checked.ts';
import type { Frame, Reading } from './frame.ts';
import type { Entry, MapNode, Node } from './node.ts';
import { describe, jsonOf, placeAt } from './node.ts';
import { shown } from './report.ts';
import { RESERVED } from './servers.ts';
import { checkCommand } from './step-check.ts';
import { isFreeKey, unknownKey } from './unknown-key.ts';
import { noteBody } from './uses.ts';

/** What every declared tool has, besides the keys of the kind that does its work. */
export const toolFields = fields({
  description: () => z.string().min(1).describe('what the tool does and when to call it: this is what a model reads'),
  parameters: () =>
    z
      .record(z.string(), z.json())
      .optional()
      .describe('its arguments: fields such as { expression: string }, or a JSON Schema with type: object'),
  effect: () =>
    z
      .enum(['none', 'idempotent', 'once'])
      .optional()
      .describe(
        'whether a call may be made again when its answer was lost: none, idempotent, or once, the default (a chain goes on where it was)',
      ),
  timeout: () => duration().optional().describe('the longest one call may take, such as 60s'),
});

/** `tools:` of a chain; the keys of the kinds are checked with the kinds' own schemas. */
export const toolsSchema = () => z.record(z.string(), z.looseObject({}));

/** The kinds of step whose body can be a tool. */
export const TOOL_KINDS: readonly string[] = ['run', 'function', 'chain'];

export function declaredNames(root: MapNode): ReadonlySet<string> {
  const node = root.entries.get('tools')?.value;
  return new Set(node?.kind === 'map' ? [...node.entries.keys()].filter((name) => !isFreeKey(name)) : []);
}

/** The tools a chain declares; what is wrong with one is reported, and it is left out. */
export function bindTools(frame: Frame): Record<string, ToolSpec> {
  const entry = frame.root.entries.get('tools');
  if (entry === undefined || (entry.value.kind === 'scalar' && entry.value.value === null)) return {};
  if (entry.value.kind !== 'map') {
    const help = 'write them as a map: tools: {word_count: {description: …, run: wc -w}}';
    frame.report.add(entry.value, { code: 'PC1122', message: '"tools" must be a map of names to tools', help });
    return {};
  }
  const specs: Record<string, ToolSpec> = Object.create(null);
  for (const [name, each] of entry.value.entries) {
    if (isFreeKey(name)) continue;
    checkName(frame, name, each);
    const spec = bindTool(frame, name, each.value);
    if (spec !== undefined) specs[name] = spec;
  }
  return { ...specs };
}

function checkName({ report, servers }: Frame, name: string, { key }: Entry): void {
  if (!/^[a-z][a-z0-9_]*$/.test(name) || name.length > 64) {
    const help = 'start with a small letter; then small letters, digits and _, at most 64 in all';
    report.add(key, { code: 'PC1122', message: `${shown(name)} cannot be the name of a tool`, help });
  } else if (RESERVED.includes(name)) {
    report.add(key, { code: 'PC1122', message: `the name "${name}" is taken by the built-in tools "${name}.*"` });
  } else if (servers.has(name)) {
    report.add(key, { code: 'PC1122', message: `"${name}" is already the name of a server` });
  }
}

function bindTool(frame: Frame, name: string, node: Node): ToolSpec | undefined {
  const label = `tool "${name}"`;
  if (node.kind !== 'map') {
    const help = `write ${name}: {description: …, run: …}`;
    frame.report.add(node, { code: 'PC1122', message: `the ${label} must be a map, not ${describe(node)}`, help });
    return undefined;
  }
  const kind = kindOf(frame, node, label);
  if (kind === undefined) return undefined;
  const before = frame.problems.length;
  const { own, options } = split(frame, node, kind, label);
  const schema = parametersOf(frame, node, own?.parameters);
  const body = options === undefined ? undefined : bindBody(frame, node, kind, { options, parameters: schema });
  const isValid = frame.problems.slice(before).every(({ severity }) => severity !== 'error');
  if (body === undefined || own === undefined || !isValid) return undefined;
  return {
    name,
    description: own.description,
    parameters: schema,
    // A chain that is taken up again goes on where it was.
    effect: own.effect ?? (kind.key === 'chain' ? 'idempotent' : 'once'),
    ...(own.timeout === undefined ? {} : { timeoutMs: own.timeout }),
    body,
  };
}

function kindOf(frame: Frame, node: MapNode, label: string): StepKind | undefined {
  const [first, second] = TOOL_KINDS.filter((key) => node.entries.has(key));
  const help = `a tool has exactly one of: ${TOOL_KINDS.join(', ')}`;
  const [entry] = node.entries.values();
  if (first === undefined) {
    reportUnknown(frame, node, label, [...toolFields.keys, ...TOOL_KINDS]);
    frame.report.add(entry?.key ?? node, { code: 'PC1122', message: `the ${label} does nothing: it has no command`, help });
    return undefined;
  }
  if (second === undefined) return frame.kinds.get(first);
  const place = node.entries.get(second)?.key ?? node;
  frame.report.add(place, { code: 'PC1122', message: `the ${label} has both "${first}" and "${second}"`, help });
  return undefined;
}

function reportUnknown({ report }: Frame, node: MapNode, label: string, known: readonly string[]): void {
  for (const [key, entry] of node.entries) {
    if (isFreeKey(key) || known.includes(key)) continue;
    report.add(entry.key, unknownKey(key, { name: label, known, foreign: FOREIGN_KEYS }));
  }
}

const FOREIGN_KEYS = new Map([
  ['command', 'write "run:"'],
  ['script', 'write "run:"'],
  ['input_schema', 'write "parameters:"'],
  ['inputSchema', 'write "parameters:"'],
  ['schema', 'write "parameters:"'],
  ['args', 'write "parameters:"'],
  ['inputs', 'write "parameters:"'],
]);

/** The keys of a tool and those of the kind that does its work, each checked with its schema. */
function split(frame: Frame, node: MapNode, kind: StepKind, label: string) {
  const { report } = frame;
  const known = [...toolFields.keys, ...kind.options.keys];
  reportUnknown(frame, node, label, known);
  const owner = () => ({ name: label, known });
  const json = (of: Fields) =>
    Object.fromEntries([...node.entries].filter(([key]) => of.has(key)).map(([key, { value }]) => [key, jsonOf(value)]));
  const own = checkedFields(report, { node, json: json(toolFields), fields: toolFields, required: 'description', owner });
  const options = checkedFields(report, { node, json: json(kind.options), fields: kind.options, owner });
  return { own, options };
}

const NO_PARAMETERS: JsonObject = { type: 'object', properties: {}, additionalProperties: false };

/** A JSON Schema as it is, or the shorthand for the fields of one. */
function parametersOf(frame: Frame, node: MapNode, written: JsonObject | undefined): JsonObject {
  if (written === undefined) return NO_PARAMETERS;
  if (written.type === 'object' && (written.properties === undefined || isJsonObject(written.properties))) {
    refuseNoSchema(frame, node, written);
    return written;
  }
  const read = fieldsSchema(written);
  if ('schema' in read) return read.schema;
  for (const { path, problem } of read.problems)
    frame.report.add(placeAt(node, ['parameters', ...path]), { code: 'PC1122', message: `"${path.join('.')}" ${problem}` });
  return NO_PARAMETERS;
}

/** A schema that cannot be read would let every argument pass. */
function refuseNoSchema(frame: Frame, node: MapNode, schema: JsonObject): void {
  const found = schemaProblem(schema);
  if (found === undefined) return;
  const where = found.path.length === 0 ? '' : ` at "${found.path.join('.')}"`;
  const message = `this is no JSON Schema${where}: ${found.problem}`;
  frame.report.add(placeAt(node, ['parameters', ...found.path]), { code: 'PC1122', message });
}

/** In a scope of its own: a tool may be called before any step has run, so it reads none. */
function bindBody(
  outer: Frame,
  node: MapNode,
  kind: StepKind,
  { options, parameters }: { options: object; parameters: JsonObject },
): StepBody {
  const names = { ...outer.names, steps: new Map(), later: new Set(outer.ids.keys()), inputIsModelText: false };
  const frame: Frame = { ...outer, names };
  const reading: Reading = { references: [], conditional: false, missing: 'warning' };
  const context = { frame, reading, raw: false };
  if (kind.key === 'run') checkCommand(frame, node);
  const binding = createBinding({ node, context, parameters, bindSteps: () => [], bindParts: () => [] });
  const body = kind.bind(options as never, binding);
  for (const { root } of reading.references) {
    if (root === 'stdin') outer.uses.stdin = true;
    if (root === 'memory') outer.uses.memory = true;
    if (root === 'history') outer.uses.conversation = true;
  }
  if (body.reads?.includes('memory')) outer.uses.memory = true;
  noteBody(outer, body);
  return body;
}
