import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type FakeProvider, startFakeProvider } from '../../fake/provider.ts';
import { openSandbox, type Sandbox } from '../sandbox.ts';

const CHAIN = `model: openai/gpt-4o-mini
inputs: { tone: { type: string, default: brief } }
steps:
  - id: facts
    prompt: "Facts of {input}"
  - id: each
    foreach: [a, b]
    prompt: "Item {item} of {steps.facts.output}"
  - id: note
    prompt: { file: note.md }
  - id: views
    parallel:
      for: "For {steps.note.output}"
      against: "Against {steps.facts.output}"
  - id: last
    prompt: "Sum {steps.each.output} {inputs.tone}"
output: "{steps.last.output}|{steps.views.data.for}"
`;

const FILES = { 'c.yaml': CHAIN, 'note.md': 'Note on {steps.facts.output}' };

/** A chain that has run once, and what it asks from then on. */
async function after(work: (world: World) => Promise<void>): Promise<void> {
  await using fake = await startFakeProvider({
    replies: ({ body }) => ({ text: `<${((body.messages as { content: string }[]).at(-1)?.content ?? '').split(' ')[0]}>` }),
  });
  using sandbox = openSandbox(FILES);
  const env = { OPENAI_BASE_URL: fake.openaiUrl, OPENAI_API_KEY: 'sk-test-0000' };
  const first = await sandbox.run(['run', 'c.yaml', '-i', 'cats'], { env });
  assert.equal(first.code, 0, first.stderr);
  assert.equal(asked(fake).length, 7);
  let seen = 7;
  await work({
    sandbox,
    fake,
    run: async (...args) => {
      const ended = await sandbox.run(['run', 'c.yaml', ...args], { env });
      const more = asked(fake).slice(seen);
      seen += more.length;
      return { ...ended, asked: more.sort() };
    },
    plan: async (...args) => {
      const { stdout, code, stderr } = await sandbox.run(['run', 'c.yaml', '--plan', '--json', ...args], { env });
      assert.equal(code, 0, stderr);
      assert.equal(asked(fake).length, seen, 'a plan calls nothing');
      const { steps } = JSON.parse(stdout) as { steps: { path: string; action: string }[] };
      return steps.filter(({ action }) => action !== 'reuse').map(({ path, action }) => `${action} ${path}`);
    },
  });
}

interface World {
  readonly sandbox: Sandbox;
  readonly fake: FakeProvider;
  run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string; asked: string[] }>;
  plan(...args: string[]): Promise<string[]>;
}

function asked(fake: FakeProvider): string[] {
  return fake.requests.map(({ body }) => (body.messages as { content: string }[]).at(-1)?.content.split(' ')[0] ?? '');
}

test('--resume with nothing changed calls nothing and costs nothing', () =>
  after(async ({ run, plan }) => {
    assert.deepEqual(await plan('--resume'), []);
    const { stdout, asked: more } = await run('--resume', '--json');
    const result = JSON.parse(stdout) as {
      output: string;
      usage: { input_tokens: number };
      cost_usd: number;
      steps: { reused?: true }[];
    };
    assert.deepEqual(more, []);
    assert.deepEqual([result.output, result.usage.input_tokens, result.cost_usd], ['<Sum>|<For>', 0, 0]);
    assert.equal(result.steps.filter((step) => step.reused).length, 7);
  }));

const CHANGES: readonly [name: string, change: (sandbox: Sandbox) => void, args: readonly string[], ran: readonly string[]][] = [
  [
    'a prompt',
    (sandbox) => sandbox.write({ 'c.yaml': CHAIN.replace('Item {item}', 'Thing {item}') }),
    [],
    ['changed each[0]', 'changed each[1]', 'run last'],
  ],
  [
    'a prompt file',
    (sandbox) => sandbox.write({ 'note.md': 'Remark on {steps.facts.output}' }),
    [],
    ['changed note', 'run views/for'],
  ],
  ['an input', () => undefined, ['--var', 'tone=long'], ['changed last']],
  [
    'the input',
    () => undefined,
    ['-i', 'dogs'],
    ['changed facts', 'run each', 'run note', 'run views/for', 'run views/against', 'run last'],
  ],
  ['the model of a step', () => undefined, ['--model', 'note=openai/gpt-4o'], ['changed note', 'run views/for']],
  [
    'a parameter',
    (sandbox) => sandbox.write({ 'c.yaml': CHAIN.replace('prompt: "Sum', 'temperature: 0\n    prompt: "Sum') }),
    [],
    ['changed last'],
  ],
  [
    'a new step in between',
    (sandbox) =>
      sandbox.write({
        'c.yaml': CHAIN.replace('  - id: note', '  - id: more\n    prompt: "More {steps.facts.output}"\n  - id: note'),
      }),
    [],
    ['run more'],
  ],
  ['a comment and a description', (sandbox) => sandbox.write({ 'c.yaml': `# new\ndescription: x\n${CHAIN}` }), [], []],
];

for (const [name, change, args, ran] of CHANGES) {
  test(`what depends on ${name} runs again, and nothing else: --plan said so`, () =>
    after(async ({ sandbox, run, plan }) => {
      change(sandbox);
      const planned = await plan('--resume', ...args);
      assert.deepEqual(
        planned.filter((line) => !/^run each\[/.test(line)),
        ran,
      );
      const { code, stderr, asked: more } = await run('--resume', ...args);
      assert.equal(code, 0, stderr);
      const expected = planned.flatMap((line) => NAMES[line.split(' ')[1] ?? ''] ?? []);
      assert.deepEqual(more.map((word) => word.replace('Thing', 'Item').replace('Remark', 'Note')).sort(), expected.sort());
    }));
}

/** What a step asks; a foreach whose items are not known yet asks for each of two. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  facts: ['Facts'],
  each: ['Item', 'Item'],
  'each[0]': ['Item'],
  'each[1]': ['Item'],
  note: ['Note'],
  more: ['More'],
  'views/for': ['For'],
  'views/against': ['Against'],
  last: ['Sum'],
};

test('--from runs that step and all after it, --until ends there', () =>
  after(async ({ run, plan }) => {
    assert.deepEqual(await plan('--from', 'views'), ['run views', 'run views/for', 'run views/against', 'run last']);
    assert.deepEqual((await run('--from', 'views')).asked, ['Against', 'For', 'Sum']);
    const until = await run('--until', 'facts', '-i', 'owls');
    assert.deepEqual([until.stdout, until.asked], ['<Facts>\n', ['Facts']]);
  }));

test('--only and --until run the steps of finally, which are no reason to refuse', async () => {
  using sandbox = openSandbox({
    'f.yaml':
      'steps:\n  - { id: a, run: "echo a" }\n  - { id: b, run: "cat; echo b" }\nfinally: [{ id: last, run: "cat > last.txt" }]\n',
  });
  const last = () => readFileSync(sandbox.path('last.txt'), 'utf8');
  assert.equal((await sandbox.run(['run', 'f.yaml', '-i', 'x', '-q', '--until', 'a'])).stdout, 'a\n');
  assert.equal(last(), 'a');
  const { code, stdout, stderr } = await sandbox.run(['run', 'f.yaml', '-i', 'x', '-q', '--only', 'b']);
  assert.deepEqual([code, stdout], [0, 'ab\n'], stderr);
  assert.equal(last(), 'ab');
});

test('--only runs one step; where what it reads is missing it says so', () =>
  after(async ({ sandbox, run }) => {
    const { stdout, asked: more } = await run('--only', 'note');
    assert.deepEqual([stdout, more], ['<Note>\n', ['Note']]);
    sandbox.write({ 'c.yaml': CHAIN.replace('Facts of', 'Truths of') });
    const missing = await run('--only', 'each');
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /error\[PC2030\]: --only "each" needs steps that would have to run: facts/);
  }));

test('flags about parts that cannot apply are refused', () =>
  after(async ({ run, sandbox }) => {
    for (const [args, words] of [
      [['--until', 'eac'], /the chain itself has no step "eac"[\s\S]*did you mean "each"\?/],
      [['--from', 'last', '--until', 'facts'], /--from "last" comes after --until "facts"/],
      [['--only', 'note', '--from', 'note'], /--only and --from cannot both be given/],
      [['--resume', 'c.yaml'], /--resume takes a run, and "c.yaml" is a file/],
      [['--plan', '--dry-run'], /--dry-run and --plan cannot both be given/],
      [['--resume', '20200101'], /there is no run/],
    ] as const) {
      const { code, stderr } = await run(...args);
      assert.ok(code === 2 || code === 1, stderr);
      assert.match(stderr, words);
    }
    sandbox.write({ 'other.yaml': 'model: echo/x\nsteps: ["{input}"]\n' });
    const other = await sandbox.run(['run', 'other.yaml', '--resume', '-i', 'x']);
    assert.match(other.stderr, /error\[PC8109\]: no run of .*other\.yaml is kept/);
  }));

test('a failed run goes on after a change of the chain: what it had finished is reused', async () => {
  await using fake = await startFakeProvider({ replies: [{ text: 'one' }, { status: 400 }, { text: 'two' }] });
  const chain = (second: string) => `model: openai/gpt-4o-mini\nsteps:\n  - "First {input}"\n  - "${second} {input}"\n`;
  using sandbox = openSandbox({ 'c.yaml': chain('Bad') });
  const env = { OPENAI_BASE_URL: fake.openaiUrl, OPENAI_API_KEY: 'sk-test-0000' };
  assert.equal((await sandbox.run(['run', 'c.yaml', '-i', 'x'], { env })).code, 1);
  sandbox.write({ 'c.yaml': chain('Good') });
  const { code, stdout } = await sandbox.run(['run', 'c.yaml', '--resume'], { env });
  assert.deepEqual([code, stdout], [0, 'two\n']);
  assert.equal(fake.requests.length, 3);
});
