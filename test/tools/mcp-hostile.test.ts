import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../../src/core/json.ts';
import { resultOf } from '../../src/tools/mcp/content.ts';
import { readDefinitions } from '../../src/tools/mcp/definitions.ts';

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof(arbitrary, json);
const kind = fc.constantFrom('text', 'image', 'audio', 'resource', 'resource_link', 'other');
const item = fc.record(
  { type: maybe(kind), text: json, data: json, uri: json, mimeType: json, resource: json },
  { requiredKeys: [] },
);
const answer = fc.record(
  { content: maybe(fc.array(maybe(item))), structuredContent: json, isError: json, toolResult: json },
  { requiredKeys: [] },
);
const entry = fc.record(
  { name: maybe(fc.string()), description: json, title: json, inputSchema: json, annotations: json, execution: json },
  { requiredKeys: [] },
);

test('whatever a server answers to a call becomes a result within bounds', () => {
  fc.assert(
    fc.property(answer, (hostile) => {
      const { text, isError, data } = resultOf(hostile);
      assert.ok(text.length <= 100_000);
      assert.equal(typeof isError, 'boolean');
      if (data !== undefined) assert.deepEqual(data, hostile.structuredContent ?? hostile.toolResult);
    }),
  );
});

test('whatever a server lists, tools have names that can be called and schemas of objects; nothing gets lost untold', () => {
  fc.assert(
    fc.property(fc.array(maybe(entry)), (listed) => {
      const { tools, notes } = readDefinitions(listed as Json[]);
      for (const { name, parameters, description } of tools) {
        assert.match(name, /^[A-Za-z0-9_./-]{1,128}$/);
        assert.equal(parameters.type, 'object');
        assert.ok(description.length > 0 && description.length <= 2_000);
      }
      assert.equal(notes.length === 0, tools.length === listed.length);
    }),
  );
});

test('structured content nested without bounds is left out with a note', () => {
  let deep: Json = 1;
  for (let level = 0; level < 100_000; level++) deep = [deep];
  const { text, data } = resultOf({ content: [{ type: 'text', text: 'a' }], structuredContent: deep });
  assert.equal(data, undefined);
  assert.equal(text, 'a\n[structured content left out: it is nested deeper than 200 levels]');
});

test('a cut never leaves half a character', () => {
  const text = `${'x'.repeat(99_953)}${'\u{1f600}'.repeat(200)}`;
  for (const shift of [0, 1]) {
    const cut = resultOf({ content: [{ type: 'text', text: 'y'.repeat(shift) + text }] }).text;
    assert.ok(cut.length <= 100_000);
    assert.equal(Buffer.from(cut).toString(), cut);
  }
});
