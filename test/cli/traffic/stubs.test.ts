import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { packageDir } from '../../package/package-dir.ts';
import { openSandbox } from '../sandbox.ts';
import { startListening } from './listening.ts';

const CHAIN = `model: openai/gpt-4o-mini
secrets: [NOT_SET_ANYWHERE]
mcp: { github: { command: nothing-of-that-name, env: { TOKEN: "\${NOT_SET_EITHER}" } } }
permissions: { ask: ["github.*"], deny: ["github.delete*"] }
steps:
  - id: facts
    objective: "Find out about {input}"
    tools: ["github.*", calculator]
  - { id: first, prompt: "Shorten: {steps.facts.output}", retry: 2 }
  - { id: second, prompt: "Translate: {steps.first.output}" }
`;

const STUBS = `steps:
  facts:
    - calls: [{ tool: github.search, with: { q: cats } }, { tool: calculator, with: { expression: "6*7" } }]
    - calls: [{ tool: github.search, with: { q: dogs } }]
    - text: cats, 42
  first:
    - { error: overloaded }
    - { json: { short: true } }
  "sec*": "das Ende"
tools:
  github.search: [{ json: [{ title: cats }] }, { error: "rate limited" }]
`;

const run = async (files: Readonly<Record<string, string>>, ...args: string[]) => {
  using sandbox = openSandbox(files);
  return await sandbox.run(['run', 'chain.yaml', '-i', 'cats', '--stubs', 'stubs.yaml', ...args]);
};
const one = (stubs: string) => run({ 'chain.yaml': CHAIN, 'stubs.yaml': stubs });

describe('run --stubs', () => {
  it('answers for models and servers: no key, no variable, no server, no connection; says that it is no language model', async () => {
    await using network = await startListening();
    using sandbox = openSandbox({ 'chain.yaml': CHAIN, 'stubs.yaml': STUBS });
    const env = { OPENAI_BASE_URL: `${network.url}/v1` };
    const { code, stdout, stderr } = await sandbox.run(['run', 'chain.yaml', '-i', 'cats', '--stubs', 'stubs.yaml', '--jsonl'], {
      env,
    });
    assert.equal(code, 0, stdout + stderr);
    assert.equal(network.connections, 0);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const { result } = events.at(-1);
    assert.deepEqual([result.output, result.llm, result.cost_usd], ['das Ende', false, 0]);
    assert.deepEqual(
      result.warnings.map(({ code }: { code: string }) => code),
      ['PC1113'],
      'only that the server lacks a variable',
    );
    const of = (type: string) => events.filter((event) => event.type === type);
    assert.deepEqual(
      of('tool.completed').map(({ tool, text, is_error, data }) => ({ tool, text, is_error, data })),
      [
        { tool: 'github.search', text: '[{"title":"cats"}]', is_error: false, data: [{ title: 'cats' }] },
        { tool: 'calculator', text: '42', is_error: false, data: { result: 42 } },
        { tool: 'github.search', text: 'rate limited', is_error: true, data: undefined },
      ],
    );
    assert.deepEqual(
      of('step.retrying').map(({ step, reason }) => [step, reason]),
      [['first', 'overloaded']],
    );
    assert.equal(of('step.completed').find(({ step }) => step === 'first').output, '{"short":true}');
  });

  it('a step without a stub ends the run with what to add, whatever on_error says; default answers for the rest', async () => {
    const missing = await run({
      'chain.yaml': CHAIN.replace('id: second,', 'id: second, on_error: continue,'),
      'stubs.yaml': STUBS.replace('"sec*": "das Ende"', ''),
    });
    assert.equal(missing.code, 1, missing.stderr);
    assert.match(missing.stderr, /error\[PC8207\]: step "second" has no stub in stubs\.yaml/);
    assert.match(missing.stderr, /second: "the answer"/);
    const rest = await one(`${STUBS.replace('"sec*": "das Ende"', '')}default: whatever\n`);
    assert.deepEqual([rest.code, rest.stdout], [0, 'whatever\n'], rest.stderr);
  });

  it('a list that is used up and a tool without a stub are errors; a stub nobody asks for is a warning', async () => {
    const used = await one(STUBS.replace('    - text: cats, 42\n', ''));
    assert.equal(used.code, 1);
    assert.match(used.stderr, /step "facts\/t3" asks for more than the stub "facts" of stubs\.yaml has/);
    const noTool = await one(STUBS.replace(/tools:[\s\S]*$/, ''));
    assert.equal(noTool.code, 1);
    assert.match(noTool.stderr, /the stub of "facts\/t1" in stubs\.yaml calls "github\.search", which is not there to be called/);
    const unused = await one(`${STUBS}  github.other: never\n`);
    assert.equal(unused.code, 0, unused.stderr);
    assert.match(unused.stderr, /warning\[PC8208\]: the stub "github\.other" of stubs\.yaml was never used/);
  });

  it('an item and a step in a branch have stubs of their own', async () => {
    const { code, stdout, stderr } = await run({
      'chain.yaml': `model: openai/gpt-4o-mini
steps:
  - { id: each, foreach: "['a', 'b', 'c']", concurrency: 3, prompt: "Say {item}" }
  - id: both
    parallel:
      x: { prompt: "X {input}" }
      y: { steps: [{ id: inner, prompt: "Y {input}" }] }
output: "{steps.each.output} {steps.both.output}"
`,
      'stubs.yaml': 'steps:\n  each[1]: second\n  each: any\n  both/x: ex\n  inner: why\n',
    });
    assert.equal(code, 0, stderr);
    assert.equal(stdout, '["any","second","any"] {"x":"ex","y":"why"}\n');
  });

  it('what a rule denies stays denied', async () => {
    const stubs = STUBS.replace(/github\.search/g, 'github.delete_repo');
    const { code, stderr } = await one(stubs.replace('[{ json: [{ title: cats }] }, { error: "rate limited" }]', 'gone'));
    assert.equal(code, 0, stderr);
    assert.match(stderr, /github\.delete_repo failed after .* may not run so/);
  });

  it('all mistakes of the file at once, each with its place', async () => {
    const { code, stderr } = await one(
      'steps:\n  fist: hello\n  first: { error: rate_limited }\n  second: { txt: hello }\ntool: {}\n',
    );
    assert.equal(code, 3);
    for (const expected of [/stubs\.yaml:3:/, /stubs\.yaml:4:/, /did you mean "text"/, /unknown key "tool" in the stub file/]) {
      assert.match(stderr, expected);
    }
    const name = await one('steps:\n  fist: hello\n');
    assert.match(name.stderr, /PC8206.*the chain has no step "fist"[\s\S]*stubs\.yaml:2:3[\s\S]*did you mean "first"\?/);
    assert.match((await one('steps: [\n')).stderr, /stubs\.yaml:/);
    using sandbox = openSandbox({ 'chain.yaml': CHAIN });
    assert.match(
      (await sandbox.run(['run', 'chain.yaml', '-i', 'x', '--stubs', 'no.yaml'])).stderr,
      /the stub file no\.yaml cannot be read: it does not exist/,
    );
  });

  it('answers for steps of finally, of on_error, of items and of turns', async () => {
    const chain = `model: openai/gpt-4o-mini
steps:
  - { id: bad, run: "exit 1", on_error: [{ id: mend, prompt: "{input}" }] }
  - { id: turns, repeat: { max: 2 }, steps: [{ id: turn, prompt: "{input}" }] }
  - { id: each, foreach: [1, 2], prompt: "{item}" }
finally:
  - { id: last, prompt: "{input}" }
  - { id: sub, chain: sub.yaml }
`;
    const sub = 'model: openai/gpt-4o-mini\nsteps: ["{input}"]\nfinally: [{id: inner, prompt: "{input}"}]\n';
    const stubs =
      'steps: { mend: m, "turns[1]/turn": t1, turn: t0, "each[1]": e1, each: e, "finally/last": l, "finally/sub/*": s, inner: i }';
    const ended = await run({ 'chain.yaml': chain, 'sub.yaml': sub, 'stubs.yaml': stubs }, '--all-steps', '-q');
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stdout, /turns\[0\]\/turn <==\nt0\n[\s\S]*turns\[1\]\/turn <==\nt1\n/);
    assert.match(ended.stdout, /each <==\n\["e","e1"\]\n/);
    assert.match(ended.stdout, /finally\/last <==\nl\n[\s\S]*finally\/sub\/finally\/inner <==\n[is]\n/);
  });

  it('excludes what contradicts it', async () => {
    for (const flag of [['--record', 'a'], ['--replay', 'a'], ['--require-llm'], ['--dry-run']]) {
      const { code, stderr } = await run({ 'chain.yaml': CHAIN, 'stubs.yaml': STUBS }, ...flag);
      assert.equal(code, 2);
      assert.match(stderr, /cannot both be given/);
    }
  });

  it('the example in chains/stubs', async () => {
    using sandbox = openSandbox();
    const chain = join(packageDir, 'chains/file-agent.yaml');
    const stubs = join(packageDir, 'chains/stubs/file-agent.yaml');
    const { code, stdout, stderr } = await sandbox.run([
      'run',
      chain,
      '-i',
      'Which of the notes are about prices?',
      '--stubs',
      stubs,
    ]);
    assert.deepEqual([code, stdout], [0, 'One note is about prices: ask for offers.\n'], stderr);
  });
});
