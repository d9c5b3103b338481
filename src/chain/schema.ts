import { z } from 'zod';
import type { JsonObject } from '../core/json.ts';
import type { StepKind } from '../core/step.ts';
import type { Fields } from '../lib/fields.ts';
import { TOOL_KINDS, toolFields } from './tools.ts';
import { chainFields } from './top-level.ts';

/**
 * The JSON Schema (draft-07, what YAML editors read) of a chain file, from the tables the checks use: a step is a text, or a
 * map with the keys of exactly one kind and those of every step.
 */
export function chainSchema(kinds: readonly StepKind[], stepOptions: Fields): JsonObject {
  const chain = jsonSchema(chainFields.whole());
  const steps = { $ref: '#/definitions/steps' };
  const properties = { ...(chain.properties as JsonObject) };
  for (const key of ['steps', 'instructions']) properties[key] = { ...steps, description: describeKey(properties[key]) };
  properties.tools = { ...(properties.tools as JsonObject), additionalProperties: { $ref: '#/definitions/tool' } };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'promptchain chain',
    type: 'object',
    properties,
    patternProperties: FREE,
    additionalProperties: false,
    anyOf: [{ required: ['steps'] }, { required: ['instructions'] }],
    definitions: {
      steps: { type: 'array', minItems: 1, items: { $ref: '#/definitions/step' } },
      step: {
        anyOf: [
          { type: 'string', description: 'a prompt' },
          ...kinds.map((kind) => ({ $ref: `#/definitions/${definitionName(kind)}` })),
        ],
      },
      tool: { anyOf: kinds.filter(({ key }) => TOOL_KINDS.includes(key)).map(toolSchema) },
      ...Object.fromEntries(kinds.map((kind) => [definitionName(kind), stepSchema(kind, stepOptions)])),
    },
  };
}

const FREE = { '^x-': {} };

function definitionName(kind: StepKind): string {
  return `${kind.key}_step`;
}

function stepSchema(kind: StepKind, stepOptions: Fields): JsonObject {
  const own = (jsonSchema(kind.options.whole()).properties ?? {}) as JsonObject;
  const common = (jsonSchema(stepOptions.whole()).properties ?? {}) as JsonObject;
  const properties: Record<string, JsonObject[string]> = { ...own, ...common };
  if (properties.steps !== undefined)
    properties.steps = { $ref: '#/definitions/steps', description: describeKey(properties.steps) };
  return {
    type: 'object',
    description: kind.summary,
    properties,
    patternProperties: FREE,
    required: [kind.key],
    additionalProperties: false,
  };
}

/** A declared tool: the keys of every tool, and those of the kind that does its work. */
function toolSchema(kind: StepKind): JsonObject {
  const properties = {
    ...(jsonSchema(toolFields.whole()).properties as JsonObject),
    ...(jsonSchema(kind.options.whole()).properties as JsonObject),
  };
  return {
    type: 'object',
    description: kind.summary,
    properties,
    patternProperties: FREE,
    required: ['description', kind.key],
    additionalProperties: false,
  };
}

function describeKey(property: JsonObject[string] | undefined): string {
  const description =
    typeof property === 'object' && property !== null && 'description' in property ? property.description : undefined;
  return typeof description === 'string' ? description : '';
}

/** As a file may write it: before defaults and conversions. What JSON Schema cannot say is left open. */
function jsonSchema(schema: z.ZodType): JsonObject {
  const {
    $schema: _,
    definitions: __,
    ...rest
  } = z.toJSONSchema(schema, {
    target: 'draft-07',
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
  });
  return JSON.parse(JSON.stringify(rest), (_key, value) => withoutReference(value)) as JsonObject;
}

/** The one thing zod puts into definitions is `z.json()`, which refers to itself: any JSON, so nothing has to be said of it. */
function withoutReference(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$ref' in value)) return value;
  const { $ref: _, ...rest } = value;
  return rest;
}
