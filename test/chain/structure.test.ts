import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { checkFile, folder, line } from './checking.ts';

const KIND =
  '  - { id: kind, prompt: "{input}", fields: { kind: bug|feature, severity: 1..5, tags: [string], where?: { file: string } } }\n';

/** The problems of a chain in a folder with these files. */
function told(test: TestContext, steps: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  const dir = folder(test, { 'c.yaml': `model: echo/x\nsteps:\n${steps}`, ...files });
  return checkFile(dir, 'c.yaml').problems.map(line);
}

describe('what an answer must be', () => {
  const WRONG: readonly (readonly [step: string, problem: RegExp])[] = [
    ['fields: { a: strnig }', /^PC1404 3:\d+ the field "a" has the unknown type "strnig"/],
    ['fields: { a: { b: 5..1 } }', /^PC1404 3:\d+ the field "a\.b" has an empty range/],
    ['choices: [a, b], fields: { a: string }', /^PC1422 3:\d+ "fields" and "choices" both say what the answer is$/],
    ['choices: [a]', /^PC1101 3:\d+ .*(?:2|two|short|few)/i],
    ['choices: [a, b, a]', /^PC1423 3:\d+ the choice "a" is there twice$/],
    ['schema: { type: strnig }', /^PC1421 3:\d+ this is no JSON Schema at "type": it must be equal to one of the allowed values/],
    [
      'schema: { type: object, properties: { a: { type: string, minLength: many } } }',
      /^PC1421 3:94 this is no JSON Schema at "properties\.a\.minLength": it must be integer/,
    ],
    ['schema: { type: object, required: a }', /^PC1421 3:\d+ this is no JSON Schema at "required": it must be array/],
    ['schema: { $ref: "#/$defs/none" }', /^PC1421 3:\d+ this is no JSON Schema: can't resolve reference #\/\$defs\/none/],
    ['schema: { pattern: "(" }', /^PC1421 3:\d+ this is no JSON Schema.*(?:pattern|regex|regular)/i],
    ['schema: { file: none.json }', /^PC1311 3:\d+ the file "none\.json" does not exist/],
    ['schema: { file: ../x.json }', /^PC1311 3:\d+ the file "\.\.\/x\.json" is outside/],
    ['schema: { file: list.json }', /^PC1421 3:\d+ this is no JSON Schema: it must be a map$/],
    ['schema: { file: wrong.json }', /^PC1421 3:\d+ this is no JSON Schema at "type"/],
    ['schema: { file: cut.json }', /^PC1316 2:\d+ "cut\.json" is not JSON/],
  ];
  const FILES = { 'list.json': '[]', 'wrong.json': '{"type": 5}', 'cut.json': '{\n  "type": ' };
  for (const [keys, problem] of WRONG) {
    it(`refuses ${keys}`, (test) => {
      const problems = told(test, `  - { prompt: "{input}", ${keys} }\n`, FILES);
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', problem);
    });
  }

  it('tells all fields that are wrong, each at its place', (test) => {
    const step =
      '  - { prompt: "{input}", fields: { a: strnig, b: { c: 5..1, d: string }, e: [int, int], f: x|x, g: int, g?: int } }\n';
    assert.deepEqual(
      told(test, step).map((problem) => problem.replace(/; types are .*/, '')),
      [
        'PC1404 3:39 the field "a" has the unknown type "strnig"',
        'PC1404 3:55 the field "b.c" has an empty range: 5 is more than 1',
        'PC1404 3:77 the field "e" must have one type in its brackets, as in [string]',
        'PC1404 3:92 the field "f" has the choice "x" twice',
        'PC1404 3:109 the field "g?" is given twice',
      ],
    );
  });

  it('takes a JSON Schema of either dialect, from a file too', (test) => {
    const draft07 = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      definitions: { a: { type: 'string' } },
    };
    assert.deepEqual(
      told(test, '  - { prompt: "{input}", schema: { file: s/a.json } }\n', { 's/a.json': JSON.stringify(draft07) }),
      [],
    );
    assert.deepEqual(told(test, '  - { prompt: "{input}", schema: { type: array, items: [{ type: string }] } }\n'), []);
    assert.deepEqual(told(test, '  - { objective: "{input}", choices: [a, b] }\n'), []);
  });
});

describe('what is read of data is known when the file is loaded', () => {
  const READS: readonly (readonly [step: string, problem: RegExp | undefined])[] = [
    ['prompt: "{steps.kind.data.kind} {steps.kind.data.tags[0]}"', undefined],
    ['prompt: "{steps.kind.data.where.file | default \'none\'}"', undefined],
    ['prompt: "{steps.kind.data.where.file}"', /^PC3013 4:\d+ "where" may be left out, and this has no default$/],
    ['set: { where: "{steps.kind.data.where}" }', /^PC3013 4:\d+ "where" may be left out/],
    ['if: has(steps.kind.data.where)\n    prompt: "{steps.kind.data.where.file}"', undefined],
    ['if: has(steps.kind.data.where) && steps.kind.data.where.file == "a"\n    prompt: "{input}"', undefined],
    ['if: steps.kind.data.where.file == "a"\n    prompt: "{input}"', /^PC3013 4:\d+ "where" may be left out/],
    ['if: steps.kind.data.kind == "bug" && steps.kind.data.severity > 2\n    prompt: "{input}"', undefined],
    ['prompt: "{steps.kind.data.knid}"', /PC3005 4:\d+ .*did you mean "kind"\?/],
    ['prompt: "{steps.kind.data.where.line}"', /PC3005 4:\d+ steps\.kind\.data\.where has no "line"/],
    [
      'if: steps.kind.data.kind == "bugs"\n    prompt: "{input}"',
      /PC3205 4:\d+ steps\.kind\.data\.kind is never "bugs": did you mean "bug"\?/,
    ],
    ['if: steps.kind.data.severity == "3"\n    prompt: "{input}"', /PC3205 4:\d+ .*is a number: it never equals text/],
    ['if: steps.kind.data.severity\n    prompt: "{input}"', /4:\d+ .*(?:bool|true or false)/],
    ['if: steps.kind.output == "bug"\n    prompt: "{input}"', undefined],
  ];
  for (const [step, problem] of READS) {
    it(step, (test) => {
      const problems = told(test, `${KIND}  - ${step}\n`);
      if (problem === undefined) assert.deepEqual(problems, []);
      else assert.match(problems.join('\n'), problem);
    });
  }

  const DONE: readonly (readonly [options: string, problem: RegExp | undefined])[] = [
    ['fields: { ok: boolean, n: integer }, done: "loop.data.ok && loop.data.n > 3 && size(loop.output) > 2"', undefined],
    ['schema: { type: object }, done: "loop.data.anything == 1"', undefined],
    ['fields: { ok: boolean }, done: loop.data.okk', /^PC3005 3:\d+ loop\.data has no "okk": did you mean "ok"\?$/],
    ['fields: { ok: boolean }, done: "loop.data.ok + 1"', /^PC3202 3:\d+ these do not go together: bool \+ int$/],
    ['fields: { ok: boolean }, done: loop.output', /^PC\d+ 3:\d+ .*(?:bool|true or false)/],
    ['choices: [a, b], done: loop.data == "c"', /^PC3205 3:\d+ loop\.data is never "c"/],
    ['done: loop.data.ok', /^PC1403 3:\d+ "done" needs "fields" or "schema"/],
  ];
  for (const [options, problem] of DONE) {
    it(`objective with ${options}`, (test) => {
      const problems = told(test, `  - { objective: "{input}", ${options} }\n`);
      if (problem === undefined) assert.deepEqual(problems, []);
      else assert.match(problems.join('\n'), problem);
    });
  }

  it('where the output of the chain reads a field that may be left out, it is an error', (test) => {
    const output = 'output: "{steps.kind.data.where.file}"\n';
    assert.match(told(test, `${KIND}${output}`).join('\n'), /^PC3013 4:\d+ "where"/);
    const dir = folder(test, {
      'c.yaml': `model: echo/x\nsteps:\n${KIND}${output}`,
      'w.yaml': `model: echo/x\nsteps:\n${KIND}  - "{steps.kind.data.where}"\n`,
    });
    const severities = ['c.yaml', 'w.yaml'].map((name) => checkFile(dir, name).problems.map(({ severity }) => severity));
    assert.deepEqual(severities, [['error'], ['warning']]);
  });

  it('the error of a step has known fields', (test) => {
    const failing = '  - { id: go, run: exit 3, on_error: continue }\n';
    const after = (step: string) => told(test, `${failing}  - ${step}\n`);
    assert.deepEqual(after("\"{steps.go.error.message | default 'none'} {steps.go.error.code | default '-'} {input}\""), []);
    assert.match(
      after('"{steps.go.error.mesage | default \'none\'} {input}"').join('\n'),
      /^PC3005 4:\d+ steps\.go\.error has no "mesage": did you mean "message"\?$/,
    );
    assert.deepEqual(after('{ if: has(steps.go.error) && steps.go.error.reason == "command", run: "true" }'), []);
    assert.match(after('{ if: has(steps.go.error.statuss), run: "true" }').join('\n'), /no "statuss": did you mean "status"/);
  });

  it('output and data of choices are one of them', (test) => {
    const asked = '  - { id: sure, prompt: "{input}", choices: ["yes", "no"] }\n';
    const after = (condition: string) => told(test, `${asked}  - { if: '${condition}', prompt: "{input}" }\n`);
    assert.deepEqual(after('steps.sure.output == "yes" || steps.sure.data == "no"'), []);
    for (const read of ['output', 'data']) {
      assert.match(after(`steps.sure.${read} == "yse"`).join('\n'), /never "yse": did you mean "yes"\?/);
    }
  });
});
