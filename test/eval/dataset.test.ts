import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { problems, read } from './reading.ts';

describe('a dataset', () => {
  it('is the same in JSON Lines, JSON, YAML and CSV', () => {
    const expected = [
      {
        id: 'a',
        vars: { input: 'Where is it?', tier: 'gold' },
        expected: ['equals', 'delivery'],
        split: 'test',
        why: 'It says where.',
      },
      { id: 'b', vars: { input: 'Broken, twice', tier: 'none' }, expected: ['equals', 'refund'], split: 'train', why: undefined },
    ];
    const lines =
      '{"id":"a","vars":{"input":"Where is it?","tier":"gold"},"expected":"delivery","split":"test","why":"It says where."}\n' +
      '\n{"id":"b","vars":{"input":"Broken, twice","tier":"none"},"expected":"refund","split":"train"}';
    const [one = '', , two = ''] = lines.split('\n');
    const yaml = `- { id: a, vars: { input: "Where is it?", tier: gold }, expected: delivery, split: test, why: It says where. }
- id: b
  vars: { input: "Broken, twice", tier: none }
  expected: refund
  split: train
`;
    const csv =
      '\ufeffinput,tier,__id,__expected,__split,__why\r\nWhere is it?,gold,a,delivery,test,It says where.\r\n\r\n"Broken, twice",none,b,refund,train,\r\n';
    const forms = { 'd.jsonl': `\ufeff${lines}`, 'd.json': `[${one},\n${two}]`, 'd.yaml': yaml, 'd.csv': csv };
    for (const [name, text] of Object.entries(forms)) {
      const found = read({ [name]: text }).cases.map(({ id, vars, assertions: [first], split, why }) => ({
        id,
        vars,
        expected: first?.type === 'equals' && 'value' in first ? [first.type, first.value] : [],
        split,
        why,
      }));
      assert.deepEqual(found, expected, name);
    }
  });

  it('knows the line of each case', () => {
    const lines = (files: Record<string, string>) => read(files).cases.map(({ position }) => position.line);
    assert.deepEqual(lines({ 'd.jsonl': '{"input":"a"}\n\n{"input":"b"}\n' }), [1, 3]);
    assert.deepEqual(lines({ 'd.csv': 'input\n"one\ntwo"\n\nthree\n' }), [2, 5]);
    assert.deepEqual(lines({ 'd.json': '[\n {"input":"a"},\n {"input":"b"}\n]' }), [2, 3]);
    assert.deepEqual(lines({ 'd.yaml': '- input: a\n- input: b\n' }), [1, 2]);
  });

  it('gives a case without an id one of its content, which other cases do not change', () => {
    const ids = (text: string) => read({ 'd.jsonl': text }).cases.map(({ id }) => id);
    const [a = ''] = ids('{"input":"a"}');
    assert.match(a, /^[0-9a-f]{8}$/);
    assert.deepEqual(ids('{"input":"b"}\n{"input":"a"}\n{"input":"a"}').slice(1), [a, `${a}-2`]);
  });

  it('tells every problem with its place and how to mend it', () => {
    assert.deepEqual(
      problems({
        'd.yaml': `- inptu: a
- input: b
  assert:
    - { type: containz, value: x }
    - { type: not-similar, value: x }
    - { value: x }
    - { type: contains }
    - { type: regex, value: "(" }
    - { type: is-json, value: { type: nothing } }
    - { type: latency }
    - { type: contains, value: "{{nmae}}" }
    - { type: javascript, value: "output ===" }
    - { type: assert-set }
`,
      }),
      ['d.yaml:1:3 PC1102 unknown key "inptu" in "[0]" (did you mean "input"?)'],
    );
    assert.deepEqual(
      problems({
        'd.yaml': `- input: b
  vars: { name: x }
  assert:
    - { type: containz, value: x }
    - { type: not-similar, value: x }
    - { value: x }
    - { type: contains }
    - { type: regex, value: "(" }
    - { type: is-json, value: { type: nothing } }
    - { type: latency }
    - { type: contains, value: "{{nmae}}" }
    - { type: javascript, value: "output ===" }
    - { type: assert-set }
    - { $ref: "#/assertionTemplates/short" }
`,
      }),
      [
        'd.yaml:4:15 PC1504 there is no assertion of type "containz" (did you mean "contains"?)',
        'd.yaml:5:15 PC1505 assertions of type "not-similar" are not supported (llm-rubric, rouge-n or levenshtein compare texts without embeddings)',
        'd.yaml:6:7 PC1504 an assertion needs a "type" (promptchain help assertions lists the types)',
        'd.yaml:7:15 PC1504 contains needs a text as its value',
        'd.yaml:8:29 PC1504 the value of regex is no regular expression: Invalid regular expression: /(/: Unterminated group',
        'd.yaml:9:31 PC1504 the value of is-json is no JSON Schema: "type" must be equal to one of the allowed values: array, boolean, integer, null, number, object, string',
        'd.yaml:10:15 PC1504 latency needs a threshold in milliseconds',
        'd.yaml:11:32 PC1507 the case has no var "nmae" (its vars are: name)',
        "d.yaml:12:34 PC1504 the value of javascript is not JavaScript: Unexpected token ')'",
        'd.yaml:13:15 PC1504 an assert-set needs "assert", a list of assertions',
        'd.yaml:14:15 PC1507 the reference "#/assertionTemplates/short" leads nowhere (it has the form "#/assertionTemplates/name", with that name in the same file)',
      ],
    );
  });

  it('tells the place inside a line of JSON', () => {
    assert.deepEqual(
      problems({
        'd.jsonl':
          '{"input":"a"}\n{"input":"b","assert":[{"type":"contains","value":"x"},{"type":"containz"}]}\n{"input":3}\n{"input":"c"\n[1]\n',
      }),
      [
        "d.jsonl:4:1 PC1502 this line is not JSON: Expected ',' or '}' after property value in JSON at position 12 (each line of a .jsonl file is one JSON object)",
        'd.jsonl:5:1 PC1101 this must be a map, not a list',
        'd.jsonl:2:64 PC1504 there is no assertion of type "containz" (did you mean "contains"?)',
      ],
    );
    assert.equal(read({ 'd.jsonl': '{"input":3}' }).cases[0]?.input, '3');
  });

  it('tells what is wrong with CSV', () => {
    assert.deepEqual(
      problems({ 'd.csv': 'input,__expcted,__prefix,_expected\na,b,c,d\n' }).map((text) => text.slice(0, 90)),
      [
        'd.csv:1:1 PC1502 the column "__expcted" has no meaning (did you mean "__expected"?)',
        'd.csv:1:1 PC1508 the column "__prefix" is not used: the chain has its own prompts',
        'd.csv:1:1 PC1508 the column "_expected" is a var (did you mean "__expected"?)',
      ],
    );
    assert.deepEqual(problems({ 'd.csv': 'input,tier\na,b\nc\n' }), [
      'd.csv:3:1 PC1502 this row has 1 cells, the first one 2 (quote a cell with commas, quotes or line breaks, and double the quotes in it)',
    ]);
    assert.deepEqual(problems({ 'd.csv': 'input,__split,__weight\na,valid,heavy\n' }), [
      'd.csv:2:1 PC1502 "__split" must be one of train, val, test, not "valid"',
      'd.csv:2:1 PC1502 "__weight" must be a number, not "heavy"',
    ]);
  });

  it('refuses what is no text, too large, no dataset, or outside its folder', () => {
    assert.deepEqual(problems({ 'd.jsonl': Buffer.from([0x7b, 0xff, 0x7d]) }), [
      'd.jsonl:1:1 PC1501 d.jsonl is not UTF-8 text: the byte at offset 1 belongs to no character',
    ]);
    assert.deepEqual(problems({ 'd.toml': 'a = 1' }), [
      'd.toml:1:1 PC1501 a dataset is a .yaml, .json, .jsonl or .csv file, not ".toml"',
    ]);
    assert.deepEqual(problems({ 'd.jsonl': '\n' }), ['d.jsonl:1:1 PC1503 the dataset has no cases']);
    const [outside = ''] = problems({ 'd.yaml': '- vars: { input: "file:///etc/hostname" }\n' });
    assert.match(outside, /^d\.yaml:1:18 PC1507 the file "\/etc\/hostname" is outside the folder of the dataset/);
    const [loop = ''] = problems({ 'd.yaml': 'tests: [d.yaml]\n' });
    assert.match(loop, /^d\.yaml:1:9 PC1507 d\.yaml is read already/);
    const bomb = `a: &a [1,1,1,1,1,1,1,1,1,1]\n${'bcdefgh'
      .split('')
      .map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(10)}]`)
      .join('\n')}\ntests: *h\n`;
    assert.match(problems({ 'd.yaml': bomb })[0] ?? '', /PC1003.*once aliases are expanded/);
  });

  it('two cases may not have one id, unless lists in vars make them of one', () => {
    assert.deepEqual(problems({ 'd.jsonl': '{"id":"a","input":"x"}\n{"id":"a","input":"y"}\n' }), [
      'd.jsonl:2:1 PC1506 two cases have the id "a" (already on line 1)',
    ]);
    const { cases } = read({ 'd.yaml': '- { id: a, vars: { input: [x, y] }, expected: z }\n' });
    assert.deepEqual(
      cases.map(({ id, vars }) => [id, vars.input]),
      [
        ['a', 'x'],
        ['a-2', 'y'],
      ],
    );
  });

  it('a configuration of promptfoo names files of cases, defaults and templates', () => {
    const { cases, warnings } = read({
      'promptfooconfig.yaml': `prompts: [ignored]
providers: [openai:gpt-4o]
defaultTest: file://default.yaml
assertionTemplates:
  polite: { type: not-icontains, value: damn }
tests:
  - vars: { input: file://texts/long.txt }
    assert: [{ $ref: "#/assertionTemplates/polite" }, { type: is-json, value: file://schema.json }]
    provider: openai:gpt-4o
  - file://more.csv
`,
      'default.yaml': 'vars: { tier: silver }\nthreshold: 0.5\nassert: [{ type: contains, value: "{{tier}}" }]\n',
      'texts/long.txt': 'A long text.\n',
      'schema.json': '{"type":"object"}',
      'more.csv': 'input,tier,__expected\nx,gold,starts-with: Y\n',
    });
    assert.deepEqual(
      cases.map(({ vars, threshold, assertions }) => ({
        vars,
        threshold,
        assertions: assertions.map((each) => [each.type, 'value' in each ? each.value : undefined]),
      })),
      [
        {
          vars: { tier: 'silver', input: 'A long text.' },
          threshold: 0.5,
          assertions: [
            ['contains', 'silver'],
            ['icontains', 'damn'],
            ['is-json', { type: 'object' }],
          ],
        },
        {
          vars: { tier: 'gold', input: 'x' },
          threshold: 0.5,
          assertions: [
            ['contains', 'gold'],
            ['starts-with', 'Y'],
          ],
        },
      ],
    );
    assert.deepEqual(
      warnings.map(({ message, position }) => `${position.line} ${message}`),
      ['9 "provider" of a case is not used: the chain decides what runs'],
    );
  });
});
