import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyFixes } from '../../src/chain/fix.ts';
import { chainOf, check, told } from './checking.ts';

describe('a chain file', () => {
  it('tells all problems at once, in the order they stand', () => {
    const text =
      'versoin: 1\nsteps:\n  - id: A\n    prompt: "{inptu}"\n    tempreature: 1\n  - run: "echo {input}"\noutput: "{steps.absent.output}"\n';
    assert.deepEqual(told(text), [
      'PC1102 1:1 unknown key "versoin" in the chain',
      'PC1108 3:9 "id" must start with a small letter and hold only small letters, digits and _',
      'PC3114 4:14 {inptu}: no such root: this is text',
      'PC1102 5:5 unknown key "tempreature" in step "A"',
      'PC1115 6:16 a command takes no placeholders: what a value holds would become part of the command',
      'PC3002 7:17 there is no step "absent" before this one',
    ]);
  });

  it('suggests the key that was meant', () => {
    const { problems } = check('steps:\n  - id: kind\n    promt: "{input}"\n');
    assert.equal(problems.length, 1);
    assert.equal(problems[0]?.message, 'unknown key "promt" in step "kind"');
    assert.equal(problems[0]?.label, 'did you mean "prompt"?');
    assert.match(problems[0]?.help ?? '', /exactly one of: prompt, objective, run, function/);
    assert.deepEqual(problems[0]?.position, { file: '<stdin>', line: 3, column: 5, length: 5 });
  });

  it('suggests keys of nested maps', () => {
    const { problems } = check('steps:\n  - prompt: "{input}"\n    retry: { attempt: 3 }\n');
    assert.deepEqual(
      problems.map(({ message, label }) => [message, label]),
      [['unknown key "attempt" in "retry"', 'did you mean "attempts"?']],
    );
  });

  it('says which kind a key belongs to', () => {
    const { problems } = check('steps:\n  - run: cat\n    history: full\n');
    assert.equal(problems[0]?.help, 'it belongs to a prompt step');
  });

  it('leaves x- keys to the author, on every level', () => {
    const text =
      'x-note: {input}\nmodels: {a: {model: echo/x, x-why: b}}\nmodel: a\nsteps:\n  - prompt: "{input}"\n    x-owner: [me]\n';
    assert.deepEqual(told(text), []);
    assert.equal(chainOf(text).steps[0]?.body.model?.id, 'echo/x');
  });

  it('tells how a value has to be, and mends what is clear', () => {
    const cases: readonly (readonly [string, string, string | undefined])[] = [
      ['retry: 0', '"retry" must be at least 1', undefined],
      ['temperature: 3', '"temperature" must be at most 2', undefined],
      ['max_tokens: "100"', '"max_tokens" must be a number, not text', 'write 100'],
      ['techniques: step_by_step', '"techniques" must be a list, not text', "write ['step_by_step']"],
      ['system: []', '"system" must be text, not a list', undefined],
      ['raw: yes', '"raw" must be true or false, not text', 'write true'],
      ['on_error: continu', '"on_error" must be one of stop, continue, not "continu"', 'did you mean "continue"?'],
      ['id: my-step', '"id" must start with a small letter and hold only small letters, digits and _', 'did you mean "my_step"?'],
      ['model: "{inputs.m}"', 'a model takes no placeholders', undefined],
    ];
    for (const [option, message, label] of cases) {
      const text = `steps:\n  - prompt: "{input}"\n    ${option}\n`;
      const { problems } = check(text);
      assert.deepEqual(
        [problems.length, problems[0]?.position.line, problems[0]?.message, problems[0]?.label],
        [1, 3, message, label],
      );
      if (problems[0]?.fix !== undefined) assert.deepEqual(told(applyFixes(text, problems)), []);
    }
  });

  it('checks the texts of a step that has something else wrong', () => {
    assert.deepEqual(told('steps:\n  - prompt: "{input} {inputs.no}"\n    system: []\n    temperature: hot\n'), [
      'PC3004 2:30 the chain has no input "no"',
      'PC1101 3:13 "system" must be text, not a list',
      'PC1101 4:18 "temperature" must be a number, not text',
    ]);
  });

  it('does not blame a step for reading one that is not understood', () => {
    const text =
      'steps:\n  - {id: a, aprove: x}\n  - {id: b, foreach: [1], promt: "{item}"}\n  - repeat: {max: 2}\n    step: [{id: c, prompt: "{loop.index}"}]\n  - "{steps.a.output} {steps.b.output} {steps.c.output}"\n';
    assert.deepEqual(
      check(text).problems.map(({ code, position }) => `${code} ${position.line}`),
      ['PC1102 2', 'PC1102 3', 'PC1102 5'],
    );
  });

  it('refuses a key given twice', () => {
    assert.deepEqual(told('name: a\nname: b\nsteps: ["{input}"]\n'), ['PC1006 2:1 the key "name" is given twice']);
    assert.equal(check('name: a\nname: b\nsteps: ["{input}"]\n').problems[0]?.label, 'already on line 1');
  });

  it('refuses keys that reach for prototypes', () => {
    for (const key of ['__proto__', 'constructor', 'prototype', '"__proto__"']) {
      const name = key.replaceAll('"', '');
      const message = `the key "${name}" is reserved: no map of a chain may have it`;
      assert.deepEqual(told(`steps:\n  - set: { ${key}: {polluted: yes} }\n    id: s\n  - "{input}"\n`), [
        `PC1006 2:12 ${message}`,
      ]);
      assert.deepEqual(told(`${key}: 1\nsteps: ["{input}"]\n`), [`PC1006 1:1 ${message}`]);
    }
  });

  const FOREIGN = ['needs', 'uses', 'when', 'depends_on', 'max_attempts', 'timeout-minutes', 'for_each', 'instruction'];
  for (const word of FOREIGN) {
    it(`names ours for "${word}"`, () => {
      const [problem, ...more] = check(`steps:\n  - prompt: "{input}"\n    ${word}: 1\n`).problems;
      assert.deepEqual(more, []);
      assert.equal(problem?.code, 'PC1103');
      assert.ok((problem?.help ?? '').length > 10);
    });
  }

  it('takes a loop that is wrong for a loop: what reads its item or its turn is right', () => {
    const inside = 'steps: [{prompt: "{item} {input}"}]';
    assert.deepEqual(told(`steps:\n  - foreach: {a: 1}\n    ${inside}\n`), [
      'PC1101 2:14 "foreach" must be a CEL expression that gives a list, or a list, not a map',
    ]);
    assert.deepEqual(told(`steps:\n  - foreach: input\n    ${inside}\n`), ['PC3203 2:14 a list is needed here: this is text']);
    assert.deepEqual(told('steps:\n  - repeat: {mx: 3}\n    prompt: "{loop.turn} {input}"\n'), [
      'PC1102 2:14 unknown key "mx" in "repeat"',
    ]);
    assert.deepEqual(told('steps:\n  - foreach: [1]\n    repeat: {max: 3}\n    prompt: "{item} {loop.turn}"\n'), [
      'PC1125 3:5 a step has either "foreach" or "repeat"',
    ]);
  });

  it('wants exactly one kind', () => {
    assert.deepEqual(told('steps:\n  - prompt: "{input}"\n    run: cat\n'), [
      'PC1107 3:5 step 1 has two kinds: "prompt" and "run"',
    ]);
    assert.deepEqual(told('steps:\n  - id: a\n    description: b\n'), ['PC1107 2:5 step "a" has no kind: it does nothing']);
    assert.equal(chainOf('steps:\n  - remember: {a: "{input}"}\n').steps[0]?.kind, 'remember');
    assert.equal(chainOf('steps:\n  - set: a\n    remember: {a: "{input}"}\n').steps[0]?.kind, 'set');
  });

  it('wants a map with steps', () => {
    assert.deepEqual(told(''), ['PC1101 1:1 the file is empty']);
    assert.deepEqual(told('- a\n'), ['PC1101 1:1 a chain must be a map, not a list']);
    assert.deepEqual(told('just text\n'), ['PC1101 1:1 a chain must be a map, not text']);
    assert.deepEqual(told('name: a\n'), ['PC1105 1:1 the chain has no "steps"']);
    assert.deepEqual(told('steps: []\n'), ['PC1105 1:1 the chain has no steps: its list is empty']);
    assert.deepEqual(told('steps: {a: b}\n'), ['PC1101 1:8 steps must be a list, not a map']);
    assert.deepEqual(told('steps: ["{input}", null, []]\n'), [
      'PC1101 1:20 this step is empty',
      'PC1101 1:26 this step is a list',
    ]);
    assert.deepEqual(told('steps: ["{input}"]\ninstructions: ["{input}"]\n'), [
      'PC1106 2:1 "steps" and "instructions" are two words for the same list: keep one',
    ]);
  });

  it("takes the original's shape", () => {
    const chain = chainOf(`models: [openai/gpt-4o-mini, {name: anthropic/claude-sonnet-4-5, params: {temperature: 0.3, top_k: 4}}]
mcp_servers:
  - { id: fs, type: stdio, command: npx, args: [-y, "@modelcontextprotocol/server-filesystem", .] }
instructions:
  - "Extract key information from: {input}"
  - prompt: "Summarise: {input}"
`);
    assert.deepEqual(
      chain.steps.map((step) => step.body.model && { id: step.body.model.id, params: step.body.model.params }),
      [
        { id: 'openai/gpt-4o-mini', params: {} },
        { id: 'anthropic/claude-sonnet-4-5', params: { temperature: 0.3, extra: { top_k: 4 } } },
      ],
    );
  });

  it('checks the shape of servers without starting any', () => {
    assert.deepEqual(
      told('mcp: {a: {comand: x}, b: {url: "http://localhost:1/mcp", headers: {A: "${B}"}}, c: {}}\nsteps: ["{input}"]\n'),
      ['PC1102 1:11 unknown key "comand" in "mcp.a"', 'PC1101 1:84 "mcp.c" needs either "command" or "url"'],
    );
  });

  it('names the unit a duration needs', () => {
    const { problems } = check('steps:\n  - prompt: "{input}"\n    timeout: 90\n');
    assert.deepEqual(
      problems.map(({ code, label }) => [code, label]),
      [['PC1111', 'did you mean "90s"?']],
    );
    const written = ['90s', '3m', '500ms', '1h', '1.5s'].map((timeout) =>
      chainOf(`steps:\n  - prompt: "{input}"\n    timeout: ${timeout}\n`),
    );
    assert.deepEqual(
      written.map((chain) => chain.steps[0]?.timeoutMs),
      [90_000, 180_000, 500, 3_600_000, 1_500],
    );
  });

  it('reads retry in both forms', () => {
    const policies = ['3', '{attempts: 2, on: [rate_limit]}'].map(
      (retry) => chainOf(`steps:\n  - prompt: "{input}"\n    retry: ${retry}\n`).steps[0]?.retry,
    );
    assert.equal(policies[0]?.attempts, 3);
    assert.ok(policies[0]?.on.has('network'));
    assert.deepEqual([policies[1]?.attempts, [...(policies[1]?.on ?? [])]], [2, ['rate_limit']]);
    assert.deepEqual(told('steps:\n  - prompt: "{input}"\n    retry: {attempts: 2, on: [rate_limits]}\n').length, 1);
  });

  it('reads every form of remember', () => {
    const text = `steps:
  - id: a
    prompt: "{input}"
    remember:
      text: "{steps.a.output}"
      list: { append: "{input}", keep: 20 }
      map: { merge: { k: 1 } }
      count: { increment: 2 }
      plain: { any: 1, keep: 2 }
`;
    const scope = {
      input: 'in',
      inputs: {},
      steps: { a: { output: 'out', data: null, status: 'completed', error: null, attempts: 1, cost: null, duration: 0 } },
      memory: {},
      run: { id: 'r', steps: 1 },
      history: '',
      user: '',
    } as const;
    assert.deepEqual(
      chainOf(text).steps[0]?.remember.map((each) => each.change(scope)),
      [
        { op: 'set', key: 'text', value: 'out' },
        { op: 'append', key: 'list', value: 'in', keep: 20 },
        { op: 'merge', key: 'map', value: { k: 1 } },
        { op: 'increment', key: 'count', by: 2 },
        { op: 'set', key: 'plain', value: { any: 1, keep: 2 } },
      ],
    );
    assert.deepEqual(told('steps:\n  - prompt: "{input}"\n    remember: {a: {append: x, kep: 2}}\n'), [
      'PC1102 3:31 unknown key "kep" in "remember" with append',
    ]);
  });

  it('merges defaults as docker compose does', () => {
    const text =
      'x-common: &common { temperature: 0.5, retry: 2 }\nsteps:\n  - <<: *common\n    prompt: "{input}"\n    retry: 4\n';
    const [step] = chainOf(text).steps;
    assert.deepEqual([step?.body.model?.params, step?.retry?.attempts], [{ temperature: 0.5 }, 4]);
  });

  it('counts warnings as errors when asked', () => {
    const text = 'steps: ["Tell me a joke"]\n';
    assert.deepEqual(told(text), ["PC1401 1:9 this prompt reads nothing: the chain's input is not used"]);
    assert.equal(check(text).problems[0]?.severity, 'warning');
    assert.equal(check(text, { strict: true }).problems[0]?.severity, 'error');
    assert.equal(check(text, { strict: true }).chain, undefined);
  });

  it('warns of a prompt that drops what came before, and of no other', () => {
    assert.deepEqual(told('steps: ["{input}", "Summarise the findings"]\n'), [
      'PC1401 1:20 this prompt reads nothing: the previous output is dropped',
    ]);
    assert.deepEqual(
      told('steps: ["{input}", {prompt: "Go on", history: full}, {prompt: "x", raw: true}, {prompt: "x", system: "{input}"}]\n'),
      [],
    );
  });

  it('applies the fixes that do not overlap, and leaves the rest', () => {
    const fixes = [
      { fix: { start: 0, end: 2, text: 'AB' } },
      { fix: { start: 1, end: 3, text: 'xx' } },
      { fix: { start: 4, end: 4, text: '!' } },
      { fix: { start: 90, end: 99, text: '!' } },
      {},
    ];
    assert.equal(applyFixes('abcdef', fixes), 'ABcd!ef');
  });
});
