import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../../src/core/json.ts';
import { jsonIn } from '../../src/lib/json-text.ts';

const value = (text: string, wanted: 'map' | 'any' = 'any') => {
  const found = jsonIn(text, wanted);
  return 'value' in found ? found.value : found.problem;
};
const refuses = (text: string, why: RegExp, wanted: 'map' | 'any' = 'any') => {
  const found = jsonIn(text, wanted);
  assert.ok('problem' in found, `${text} gave ${JSON.stringify(found)}`);
  assert.match(found.problem, why);
};

const BUG = { kind: 'bug', tags: ['a'] };

describe('what models put around and into their JSON', () => {
  const ANSWERS: readonly (readonly [what: string, text: string, data: Json])[] = [
    ['nothing', '{"kind":"bug","tags":["a"]}', BUG],
    ['a fence', '```json\n{"kind": "bug", "tags": ["a"]}\n```', BUG],
    ['a fence with another name', '```python\n{"kind": "bug", "tags": ["a"]}\n```', BUG],
    ['prose', 'Sure! Here is the answer:\n\n{"kind": "bug", "tags": ["a"]}\n\nLet me know.', BUG],
    ['prose and a fence', 'Here:\n```\n{"kind": "bug", "tags": ["a"]}\n```\nDone {see above} [link](x).', BUG],
    ['a fence that was not closed', '```json\n{"kind": "bug", "tags": ["a"]}', BUG],
    ['thoughts before it', '<think>maybe {"kind": "feature"}?</think>\n{"kind": "bug", "tags": ["a"]}', BUG],
    ['the same twice', '{"kind": "bug", "tags": ["a"]} that is {"kind":"bug","tags":["a"]}', BUG],
    ['trailing commas', '{"kind": "bug", "tags": ["a",],}', BUG],
    ['single quotes', "{'kind': 'bug', 'tags': ['a']}", BUG],
    ['keys without quotes', '{kind: "bug", tags: ["a"]}', BUG],
    ['comments', '{ // the kind\n"kind": "bug", /* and */ "tags": ["a"] # all\n}', BUG],
    ['words of Python', '[True, False, None]', [true, false, null]],
    ['what is no number', '{"a": NaN, "b": [Infinity, -Infinity]}', { a: null, b: [null, null] }],
    ['line breaks in a text', '{"a": "one\ntwo\t3"}', { a: 'one\ntwo\t3' }],
    ['an escaped single quote', "{'a': 'it\\'s', \"b\": \"it\\'s\"}", { a: "it's", b: "it's" }],
    ['a key that objects have', '{"__proto__": 1, "constructor": 2}', JSON.parse('{"__proto__": 1, "constructor": 2}')],
    ['a list', '[1, 2]', [1, 2]],
    ['a plain value', ' "yes" ', 'yes'],
    ['a plain value in a fence', '```\n42\n```', 42],
    ['escapes', '["\\u00e9\\ud83d\\ude00\\n\\/"]', ['é😀\n/']],
  ];
  for (const [what, text, data] of ANSWERS) it(what, () => assert.deepEqual(value(text), data));

  it('lists of plain values are words where a map is wanted', () => {
    assert.deepEqual(value('As [1] and ["x"] say: {"a": 1}', 'map'), { a: 1 });
  });
});

describe('what could be read in two ways is not read', () => {
  const REFUSED: readonly (readonly [text: string, why: RegExp])[] = [
    ['', /no JSON value/],
    ['The answer is 5.', /no JSON value/],
    ['{"a": 1', /ends where a comma or "}" belongs \(line 1, column 8\)/],
    ['{"a": {"b": 1}', /ends where/],
    ['[{"a": 1}, {"b": 2}', /ends where/],
    ['{"a": "b', /ends inside a text/],
    ['Here: {"a": 1} and {"b":', /ends where a value/],
    ['{"a": 1} or {"a": 2}', /2 JSON values that differ/],
    ['```json\n{"a": 1}\n```\nNo: ```json\n{"a": 2}\n```', /differ/],
    ['{"a": 1}\n// or rather {"a": 2}', /differ/],
    ['# not {"a": 2}\n{"a": 1}', /differ/],
    ['[{"a": 1}] {"a": 1}', /differ/],
    ['{"a": 1}}', /"}" too many/],
    ['{"a": {"b": 1}}, "c": 2}', /too many|larger/],
    ['{"a": 1}, "b": 2', /larger/],
    ['"data": {"a": 1}', /larger/],
    ['"[#\\""\n]', /larger/],
    ['[alse, {"a": 1}]', /larger/],
    ['{{"a": 1}', /larger/],
    ['[][!"]', /larger/],
    ['[]\n false,\n "[:"\n]', /pieces/],
    ['[]\n false,\n "[:",\n 0\n]', /pieces/],
    ['{"a": true,} {(": true, "b": null}', /pieces/],
    ['[9.88]e-323, 5]', /larger/],
    ['{"a": 1, "a": 2}', /"a" is given twice/],
    ['{"a": 1 "b": 2}', /a comma/],
    ['{"a" 1}', /a colon/],
    ['[1,,2]', /a value/],
    ['[,]', /no JSON value/],
    ['{"a": undefined}', /a value/],
    ['{"a": yes}', /a value/],
    ['{"a": ...}', /a value/],
    ['{"a": 01}', /end of a number/],
    ['{"a": 0x1f}', /end of a number/],
    ['{"a": 1.}', /end of a number/],
    ['{"a": .5}', /a value/],
    ['{"a": +1}', /a value/],
    ['{"a": 1e999}', /larger than a number/],
    ['{"a": 12345678901234567890}', /^12345678901234567890 has more digits than a number keeps/],
    ['{"a": -9007199254740993}', /more digits than a number keeps/],
    ['{"a": "he said "x""}', /a comma/],
    ['{"a": "\\d"}', /no escape/],
    ['{"a": "\\u12"}', /no escape/],
    ['{1: 2}', /a key|no JSON/],
    ['{"a": \u201cb\u201d}', /a value/],
    ['[\n#",\n"b"\n]', /pieces/],
    ['[1 /* 2 ]', /comma/],
    [`${'['.repeat(5000)}${']'.repeat(5000)}`, /too deep/],
  ];
  for (const [text, why] of REFUSED) it(JSON.stringify(text.slice(0, 60)), () => refuses(text, why));

  it('a list that holds maps, where a map is wanted, is no map', () => {
    assert.deepEqual(value('[{"a": 1}]', 'map'), [{ a: 1 }]);
    refuses('[{"a": 1}] and {"a": 2}', /differ/, 'map');
  });
});

/** No NaN, no -0 (JSON writes both as something else), and no key twice. */
const json = fc.jsonValue({ maxDepth: 4 }).map((made) => JSON.parse(JSON.stringify(made)) as Json);
const structure = json.filter((made) => typeof made === 'object' && made !== null);

/** Writes a value as models do: every tolerated form, chosen by `pick`. */
function write(made: Json, pick: (count: number) => number): string {
  const space = () => ['', ' ', '\n  ', ' /* a note */ ', ' // a note\n', ' # a note\n'][pick(6)] ?? '';
  const text = (raw: string) => {
    const escaped = JSON.stringify(raw);
    if (pick(2) === 0) return escaped;
    return `'${escaped.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  };
  const key = (raw: string) => (/^[A-Za-z_$][\w$]*$/.test(raw) && pick(2) === 0 ? raw : text(raw));
  const comma = () => (pick(3) === 0 ? ',' : '');
  if (made === null) return ['null', 'None', 'NaN', 'Infinity', '-Infinity'][pick(5)] ?? '';
  if (typeof made === 'boolean') return [String(made), made ? 'True' : 'False'][pick(2)] ?? '';
  if (typeof made === 'number') return JSON.stringify(made);
  if (typeof made === 'string') return text(made);
  const [open, close, parts] = Array.isArray(made)
    ? ['[', ']', made.map((item: Json) => write(item, pick))]
    : ['{', '}', Object.entries(made).map(([name, held]) => `${key(name)}${space()}:${space()}${write(held, pick)}`)];
  const inner = parts.map((part) => `${space()}${part}${space()}`).join(',');
  return `${open}${inner}${parts.length === 0 ? '' : comma()}${space()}${close}`;
}

const around = fc.constantFrom(
  (text: string) => text,
  (text: string) => `\n\n${text}  \n`,
  (text: string) => `\`\`\`json\n${text}\n\`\`\``,
  (text: string) => `\`\`\`\n${text}\n\`\`\`\n`,
  (text: string) => `Here is the JSON you asked for:\n${text}\nI hope it helps (it's all of it).`,
  (text: string) => `Sure {as asked}:\n\n\`\`\`json\n${text}\n\`\`\`\n\nSee [the page](https://example.com).`,
  (text: string) => `<think>so [1, 2 or {x</think>${text}`,
);

test('any value survives every tolerated form', () => {
  fc.assert(
    fc.property(structure, around, fc.infiniteStream(fc.nat(59)), (made, wrap, stream) => {
      const pick = (count: number) => (stream.next().value as number) % count;
      assert.deepEqual(value(wrap(write(made, pick))), made);
    }),
    { numRuns: 2000 },
  );
});

test('a value of any kind survives as the whole answer', () => {
  fc.assert(
    fc.property(json, fc.constantFrom(0, 2), (made, indent) => assert.deepEqual(value(JSON.stringify(made, null, indent)), made)),
  );
});

test('no beginning of an answer is an answer', () => {
  fc.assert(
    fc.property(structure, fc.nat(), fc.constantFrom('', 'Here: ', '```json\n'), (made, cut, before) => {
      const text = JSON.stringify(made);
      const found = jsonIn(before + text.slice(0, cut % text.length));
      assert.ok('problem' in found, JSON.stringify(found));
    }),
    { numRuns: 2000 },
  );
});

test('a character lost, added or changed gives what a strict reader gives, or nothing', () => {
  const places = fc.record({ at: fc.nat(), what: fc.constantFrom('', ...'{}[]":\\1tx-.'), replaces: fc.boolean() });
  fc.assert(
    fc.property(structure, fc.constantFrom(0, 1), places, (made, indent, { at, what, replaces }) => {
      const text = JSON.stringify(made, null, indent);
      // What is put before the whole of it is a word around it.
      const place = replaces || what === '' ? at % text.length : 1 + (at % (text.length - 1));
      const changed = text.slice(0, place) + what + text.slice(place + (replaces || what === '' ? 1 : 0));
      const found = jsonIn(changed);
      // These are two of the tolerated forms.
      if ('problem' in found || changed.includes("\\'") || /,\s*[\]}]/.test(changed)) return;
      assert.deepEqual(found.value, strict(changed), changed);
    }),
    { numRuns: 3000 },
  );
});

function strict(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
