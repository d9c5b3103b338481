import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { problemsOf } from '../../src/lib/json-schema.ts';
import { type StrictDialect, strictSchema, withoutNulls } from '../../src/lib/strict-schema.ts';

const DIALECT: StrictDialect = {
  bounds: new Set(['minimum', 'maximum']),
  formats: new Set(),
  references: true,
  allRequired: true,
};

/** A schema with a value that fits it, and the same value as a strict mode has it: null for what is left out. */
interface Sample {
  readonly schema: JsonObject;
  readonly value: Json;
  readonly strict: Json;
}

const plain = fc.oneof(
  fc.string().map((value): Sample => ({ schema: { type: 'string', minLength: value.length }, value, strict: value })),
  fc
    .integer({ min: -9, max: 9 })
    .map((value): Sample => ({ schema: { type: 'integer', minimum: -9, maximum: 9 }, value, strict: value })),
  fc.constantFrom('a', 'b').map((value): Sample => ({ schema: { enum: ['a', 'b'] }, value, strict: value })),
  fc.constant<Sample>({ schema: { type: ['string', 'null'] }, value: null, strict: null }),
);

const NAMES = fc.string({ minLength: 1 }).filter((name) => name !== '__proto__');

const samples = fc.letrec<{ sample: Sample; map: Sample }>((tie) => ({
  sample: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    plain,
    tie('map'),
    fc.array(tie('sample'), { maxLength: 1 }).map(listOf),
  ),
  map: fc
    .uniqueArray(fc.tuple(NAMES, tie('sample'), fc.constantFrom('always', 'given', 'left out')), {
      selector: ([name]) => name,
      minLength: 1,
      maxLength: 4,
    })
    .map(mapOf),
}));

function listOf(items: readonly Sample[]): Sample {
  return {
    schema: { type: 'array', items: items[0]?.schema ?? { type: 'string' } },
    value: items.map(({ value }) => value),
    strict: items.map(({ strict }) => strict),
  };
}

function mapOf(entries: readonly (readonly [string, Sample, string])[]): Sample {
  const given = entries.filter(([, , how]) => how !== 'left out');
  const required = entries.filter(([, , how]) => how === 'always').map(([name]) => name);
  return {
    schema: { type: 'object', properties: Object.fromEntries(entries.map(([name, { schema }]) => [name, schema])), required },
    value: Object.fromEntries(given.map(([name, { value }]) => [name, value])),
    strict: Object.fromEntries(entries.map(([name, { strict }, how]) => [name, how === 'left out' ? null : strict])),
  };
}

test('a field that no closed object can have is left to other ways of asking', () => {
  const schema = JSON.parse('{"type": "object", "properties": {"__proto__": {"type": "string"}}}') as JsonObject;
  assert.equal(strictSchema(schema, DIALECT), undefined);
});

test('what fits a schema fits its strict form with null for what is left out, and comes back as it was', () => {
  fc.assert(
    fc.property(samples.map, ({ schema, value, strict }) => {
      const rewritten = strictSchema(schema, DIALECT);
      assert.ok(rewritten !== undefined);
      assert.deepEqual(problemsOf(schema, value), []);
      assert.deepEqual(problemsOf(rewritten, strict), []);
      const back = withoutNulls(schema, strict);
      assert.deepEqual(problemsOf(schema, back), []);
      assert.deepEqual(withoutNullable(back), withoutNullable(value));
      assertStrict(rewritten);
    }),
  );
});

/** A field that is optional and may be null is null where it was left out: the schema says the same of both. */
function withoutNullable(value: Json): Json {
  return JSON.parse(JSON.stringify(value, (_, held) => (held === null ? undefined : held)) ?? 'null') as Json;
}

/** What OpenAI refuses a schema for. */
function assertStrict(schema: Json | undefined): void {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return;
  const { type, properties, required, additionalProperties, items, anyOf } = schema as JsonObject;
  if (type === 'object') {
    assert.equal(additionalProperties, false);
    assert.deepEqual(required, Object.keys(properties as JsonObject));
    for (const each of Object.values(properties as JsonObject)) assertStrict(each);
  }
  if (type === 'array') assertStrict(items);
  for (const each of (anyOf ?? []) as readonly Json[]) assertStrict(each);
}

describe('a schema that a strict mode cannot carry has no strict form', () => {
  const a = { type: 'string' };
  const SCHEMAS: readonly JsonObject[] = [
    {},
    { type: 'string' },
    { type: 'array', items: a },
    { type: 'object' },
    { type: 'object', properties: {} },
    { type: 'object', properties: { a }, additionalProperties: true },
    { type: 'object', properties: { a }, additionalProperties: a },
    { type: 'object', properties: { a }, patternProperties: { b: a } },
    { type: 'object', properties: { a }, required: ['b'] },
    { type: 'object', properties: { a }, allOf: [{ required: ['a'] }] },
    { type: 'object', properties: { a }, if: { required: ['a'] } },
    { type: 'object', properties: { a: {} } },
    { type: 'object', properties: { a: { not: a } } },
    { type: 'object', properties: { a: { type: 'array' } } },
    { type: 'object', properties: { a: { type: ['object', 'string'] } } },
    { type: 'object', properties: { a: { $ref: '#/$defs/none' } } },
    { type: 'object', properties: { a: { $ref: 'http://example.com/a' } } },
    { type: 'object', properties: { a: { anyOf: [mapOf([]).schema, { type: 'array', items: a }] } } },
    { anyOf: [{ type: 'object', properties: { a } }] },
  ];
  for (const schema of SCHEMAS) it(JSON.stringify(schema), () => assert.equal(strictSchema(schema, DIALECT), undefined));
});

test('a field with a name that every object has is there only when it is written', () => {
  const schema = { type: 'object', properties: { toString: { type: 'string' } }, required: ['valueOf'] };
  assert.deepEqual(problemsOf(schema, { valueOf: 1 }), []);
  assert.match(problemsOf(schema, {}).join(), /required property 'valueOf'/);
});

test('bounds that the mode does not enforce are told in the description; references lead into the same definitions', () => {
  const schema = {
    type: 'object',
    properties: { name: { type: 'string', description: 'of a user', maxLength: 9 }, next: { $ref: '#/$defs/node' } },
    required: ['name'],
    $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
  };
  assert.deepEqual(strictSchema(schema, DIALECT), {
    type: 'object',
    properties: {
      name: { type: 'string', description: 'of a user {"maxLength":9}' },
      next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
    },
    required: ['name', 'next'],
    additionalProperties: false,
    $defs: {
      node: {
        type: 'object',
        properties: { next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] } },
        required: ['next'],
        additionalProperties: false,
      },
    },
  });
  assert.deepEqual(withoutNulls(schema, { name: 'a', next: { next: { next: null } } }), { name: 'a', next: { next: {} } });
});
