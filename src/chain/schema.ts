import { parse } from 'yaml';
import { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import type { StepKind } from '../core/step.ts';
import type { Fields } from '../lib/fields.ts';
import { CHAIN_EXAMPLES, STEP_EXAMPLES } from './schema-examples.ts';
import { TOOL_KINDS, toolFields } from './tools.ts';
import { chainFields } from './top-level.ts';

/**
 * The JSON Schema (draft-07, what YAML editors read) of a chain file, from the tables the checks use: a step is a text, or a
 * map with the keys of exactly one kind and those of every step.
 */
export function chainSchema(kinds: readonly StepKind[], stepOptions: Fields): JsonObject {
  const chain = jsonSchema(chainFields.whole());
  const steps = { $ref: '#/definitions/steps' };
  const properties = withExamples(chain.properties as JsonObject, CHAIN_EXAMPLES);
  for (const key of ['steps', 'instructions', 'finally']) properties[key] = { ...steps, ...about(properties[key]) };
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
  const properties = withExamples({ ...own, ...common }, STEP_EXAMPLES);
  for (const [key, inner] of Object.entries(INNER)) {
    if (properties[key] !== undefined) properties[key] = { ...inner, ...about(properties[key]) };
  }
  if (kind.key === 'switch') properties.default = { ...ONE_OR_MORE, ...about(properties.default) };
  return {
    type: 'object',
    title: `${kind.key} step`,
    description: kind.summary,
    defaultSnippets: [{ label: `${kind.key}: …`, description: kind.summary, body: exampleOf(kind) }],
    properties,
    patternProperties: FREE,
    required: [kind.key],
    additionalProperties: false,
  };
}

/** The example of a kind is a list of one step, or of more around it. */
function exampleOf({ example, key }: StepKind): Json {
  const steps = parse(example) as readonly Json[];
  return steps.find((step) => typeof step === 'object' && step !== null && key in step) ?? null;
}

const STEPS = { $ref: '#/definitions/steps' };
const ONE_OR_MORE = { anyOf: [{ $ref: '#/definitions/step' }, STEPS] };

/** Where steps stand inside of steps. */
const INNER: { readonly [key: string]: JsonObject } = {
  steps: STEPS,
  parallel: { type: 'object', minProperties: 1, additionalProperties: ONE_OR_MORE },
  cases: { type: 'object', minProperties: 1, additionalProperties: ONE_OR_MORE },
  on_error: { anyOf: [{ type: 'string', enum: ['stop', 'continue'] }, STEPS] },
};

function withExamples(properties: JsonObject, examples: { readonly [key: string]: readonly Json[] }): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(properties).map(([key, property]) => {
      const known = Object.hasOwn(examples, key) ? examples[key] : undefined;
      return [key, known === undefined ? property : { ...(property as JsonObject), examples: known }];
    }),
  );
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

/** What is said of a key, whatever its value may be. */
function about(property: Json | undefined): JsonObject {
  const { description = '', examples = null } = isJsonObject(property) ? property : {};
  return { description, ...(examples === null ? {} : { examples }) };
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
  return JSON.parse(JSON.stringify(rest), (key, value) =>
    isUnbounded(key, value) ? undefined : withoutReference(value),
  ) as JsonObject;
}

/** The bounds that every whole number of JavaScript has say nothing to anybody. */
function isUnbounded(key: string, value: unknown): boolean {
  return (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) || (key === 'minimum' && value === Number.MIN_SAFE_INTEGER);
}

/** The one thing zod puts into definitions is `z.json()`, which refers to itself: any JSON, so nothing has to be said of it. */
function withoutReference(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$ref' in value)) return value;
  const { $ref: _, ...rest } = value;
  return rest;
}
