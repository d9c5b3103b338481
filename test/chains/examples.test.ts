import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FakeRequest, Reply } from '../fake/provider.ts';
import { startFakeProvider } from '../fake/provider.ts';
import { packageDir } from '../package/package-dir.ts';
import type { Sandbox } from './bin.ts';
import { openSandbox } from './bin.ts';
import { chainFiles } from './play.ts';

/** One run of an example: what goes in, what the provider answers, what must come out. */
interface Example {
  readonly args?: readonly string[];
  readonly stdin?: string;
  /** The provider's answers in order; absent: no key and no provider, the run must do without. */
  readonly replies?: readonly Reply[];
  readonly stdout: string;
  /** The requests as `provider model: end of the last user text`, in order. */
  readonly requests?: readonly string[];
}

const NOTES = ['--input-file', 'chains/notes.txt'];
const OFFLINE = ['--model', 'offline/extractive'];

/** An address where nothing listens, for a machine that has a model server of its own. */
const NOBODY = 'http://127.0.0.1:9';

/** Keyless models answer from what they were given, so these texts are stable. */
const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  // agents.test.ts, scenarios.test.ts and triage.test.ts run these.
  'agent-between-prompts.yaml': [],
  'improve-text.yaml': [],
  'named-functions.yaml': [],
  'refine.yaml': [],
  'stop-on-low-confidence.yaml': [],
  'triage/reply.yaml': [],
  'triage/triage-issue.yaml': [],
  'web-search.yaml': [],
  'chat.yaml': [],
  'worklist.yaml': [],
  'calculator-agent.yaml': [],
  'file-agent.yaml': [],
  'retrieve-then-write.yaml': [],
  'tools-in-sequence.yaml': [],
  'hello.yaml': [{ stdin: 'Rain is coming.\n', args: OFFLINE, stdout: 'Subject: Rain is coming.\n\nRain is coming.\n' }],
  'extract-analyse-insights.yaml': [
    {
      stdin: 'The app is slow. I love the colours.\n',
      replies: [{ text: 'The app is slow.' }, { text: 'Speed: 1 statement.' }, { text: 'Make it faster.' }],
      stdout: 'Make it faster.\n',
      requests: [
        'gpt-4o-mini 0: I love the colours.',
        'claude-sonnet-4-5 0.2: The app is slow.',
        'gpt-4o 0.7: Speed: 1 statement.',
      ],
    },
  ],
  'within-limits.yaml': [
    {
      args: NOTES,
      replies: [{ status: 400 }, { text: 'Mira: the voucher field.' }, { text: 'Offers.' }],
      stdout: 'Offers.\n',
    },
  ],
  'functions-only.yaml': [
    {
      stdin: '# One\n\n```\n# not a heading\n```\n\n## Two words\n',
      stdout: '- [One](#one)\n  - [Two words](#two-words)\n',
    },
  ],
  'llm-function-llm.yaml': [
    {
      args: NOTES,
      replies: [
        { text: 'Here they are:\n- Mira: move the voucher field\nmira: Move the voucher field\nJonas: ask for offers' },
        { text: 'Dear both, …' },
      ],
      stdout: 'Dear both, …\n',
      requests: [
        'gpt-4o-mini: Lunch on Thursday is at the usual place.',
        'gpt-4o-mini: mira: Move the voucher field\nJonas: ask for offers',
      ],
    },
  ],
  'memory-across-runs.yaml': [],
  'notes-digest.yaml': [
    { stdin: 'One. Two.\n', args: ['--model', 'echo/prompt'], stdout: 'Summarise this in one sentence:\n\nOne. Two.\n' },
  ],
  'notes-summary.yaml': [
    { args: [...NOTES, '--model', 'echo/prompt'], stdout: `Summarise these notes in four sentences:\n\n${notes()}\n` },
  ],
  'ticket-label.yaml': [
    {
      stdin: 'My cup is broken.\n',
      replies: [{ text: 'refund' }],
      stdout: 'refund\n',
      requests: ['gpt-4o-mini 0: My cup is broken.'],
    },
  ],
  'triage.yaml': [
    {
      stdin: 'The export crashes.\n',
      replies: [
        { text: '{"kind": "bug", "severity": 9}' },
        { text: '{"kind": "bug", "severity": 5, "area": null}' },
        { text: '{"choice": "no"}' },
        { text: 'Please look at the export.' },
      ],
      stdout: 'Please look at the export.\n',
      requests: [
        'gpt-4o-mini: The export crashes.',
        'gpt-4o-mini: Give the whole answer again, and nothing else.',
        'gpt-4o-mini: {"kind": "bug", "severity": 5, "area": null}',
        'gpt-4o-mini: severity 5, {"kind": "bug", "severity": 5, "area": null}',
      ],
    },
    {
      stdin: 'A dark theme, please. Kind: feature. Severity: 1',
      args: OFFLINE,
      stdout: '{\n  "kind": "feature",\n  "severity": 1\n}\n',
    },
  ],
  'original-shape.yaml': [
    {
      stdin: 'Some text\n',
      replies: [{ text: 'key  facts\n\nin two lines' }, { text: 'A summary.' }],
      stdout: 'A summary.\n',
      requests: [
        'gpt-4o-mini: Extract the key information from: Some text',
        'claude-sonnet-4-5: Write a summary for someone who was not there: key facts in two lines',
      ],
    },
  ],
  'prompt-library.yaml': [
    {
      stdin: '- a\n+ b\n',
      replies: [{ text: 'Line 1: breaks for b.' }, { text: 'Please look at line 1.' }],
      stdout: 'Please look at line 1.\n',
      requests: ['gpt-4o-mini 0: - a\n+ b', 'gpt-4o-mini: in which one is left. Do not mention this rule.'],
    },
  ],
  'shell-step.yaml': [
    {
      stdin: '10:01 ERROR disk full\n10:02 ERROR disk full\n10:02 WARN slow\n10:03 ERROR no route\n',
      replies: [{ text: 'Free some space.' }],
      stdout: 'Free some space.\n',
      requests: ['gpt-4o-mini: 2 ERROR disk full\n      1 ERROR no route'],
    },
    { stdin: '10:02 WARN slow\n', replies: [], stdout: 'Nothing to report at level ERROR.\n' },
  ],
  'stop-after-steps.yaml': [
    { stdin: 'a txt', args: ['--var', 'passes=1'], replies: [{ text: 'a text' }], stdout: 'a text\n' },
    { stdin: 'a txt', replies: [{ text: 'one' }, { text: 'two' }, { text: 'three' }], stdout: 'three\n' },
  ],
  'stop-on-keyword.yaml': [
    { stdin: 'The tank leaks!', replies: [{ text: 'URGENT: a leak.' }], stdout: 'URGENT: a leak.\n' },
    {
      stdin: 'When do you open?',
      replies: [{ text: 'ROUTINE: opening hours.' }, { text: 'We open at nine.' }],
      stdout: 'We open at nine.\n',
      requests: ['gpt-4o-mini: When do you open?', 'gpt-4o-mini: When do you open?'],
    },
  ],
  'stop-on-length.yaml': [
    { stdin: 'short\n  enough\n', replies: [], stdout: 'short enough\n', requests: [] },
    { stdin: `${'long '.repeat(100)}`, replies: [{ text: 'brief' }], stdout: 'brief\n' },
  ],
  'sub-chain.yaml': [
    {
      args: NOTES,
      replies: [{ text: 'The checkout works.' }, { text: 'Checkout' }],
      stdout: `${JSON.stringify({ subject: 'Checkout', body: 'The checkout works.' }, null, 2)}\n`,
    },
  ],
  'summarise.yaml': [
    {
      args: ['--var-file', 'text=chains/notes.txt', '--var', 'audience=customers'],
      replies: [{ text: 'All is well.' }],
      stdout: 'All is well.\n',
    },
  ],
};

test('every example has a run of its own here', () => {
  assert.deepEqual([...chainFiles()].sort(), Object.keys(EXAMPLES).sort());
});

test('every example is valid, without a warning', async () => {
  await using sandbox = await openSandbox({ GITHUB_TOKEN: 'test-token' });
  const { code, stdout, stderr } = await sandbox.run(['validate', ...Object.keys(EXAMPLES).map((name) => `chains/${name}`)]);
  assert.equal(code, 0, stdout + stderr);
  assert.doesNotMatch(stdout + stderr, /warning/);
});

test('the commands in the comments use flags that exist, on files that exist', async () => {
  await using sandbox = await openSandbox();
  const help = (await sandbox.run(['run', '--help'])).stdout;
  for (const name of Object.keys(EXAMPLES)) {
    const text = readFileSync(join(packageDir, 'chains', name), 'utf8');
    const commands = [...text.matchAll(/promptchain run (\S+)([^|\n]*)/g)];
    for (const [command, file = '', rest = ''] of commands) {
      assert.ok(existsSync(join(packageDir, file)), command);
      for (const [flag] of rest.matchAll(/--[a-z-]+/g)) assert.ok(help.includes(`${flag} `), command);
    }
  }
});

for (const [name, examples] of Object.entries(EXAMPLES)) {
  test(`chains/${name} starts with the line editors find its schema by`, () => {
    const [first] = readFileSync(join(packageDir, 'chains', name), 'utf8').split('\n');
    const up = name.replace(/[^/]+/g, '..');
    assert.equal(first, `# yaml-language-server: $schema=${up}/schema/chain.schema.json`);
  });
  for (const [index, example] of examples.entries()) {
    test(`chains/${name} runs (${index + 1})`, () => runs(name, example));
  }
}

test('chains/memory-across-runs.yaml: the second run knows what the first one asked', async () => {
  await using fake = await startFakeProvider({ replies: [{ text: 'What is a heap?' }, { text: 'What is a trie?' }] });
  await using sandbox = await openSandbox(providerEnv(fake));
  const first = await sandbox.run(['run', 'chains/memory-across-runs.yaml', '--var', 'theme=heaps']);
  assert.deepEqual({ code: first.code, stdout: first.stdout }, { code: 0, stdout: 'What is a heap?\n' }, first.stderr);
  const second = await sandbox.run(['run', 'chains/memory-across-runs.yaml', '--var', 'theme=trees']);
  assert.deepEqual({ code: second.code, stdout: second.stdout }, { code: 0, stdout: 'What is a trie?\n' }, second.stderr);
  assert.match(lastUserText(fake.requests[0]), /not again:\nnothing yet/);
  assert.match(lastUserText(fake.requests[1]), /not again:\n\["What is a heap\?"\]/);

  const kept = async (key: string) => (await sandbox.run(['memory', 'get', key, '--namespace', 'daily-question'])).stdout;
  assert.equal(await kept('theme'), 'trees\n');
  assert.equal(await kept('days'), '2\n');
});

test('chains/chat.yaml: each message is sent what was said before, and a wish is remembered', async () => {
  const wish = (says: boolean, style: string) => ({ text: JSON.stringify({ says, style }) });
  await using fake = await startFakeProvider({
    replies: [wish(true, 'in rhyme'), { text: 'Sublime.' }, wish(false, ''), { text: 'Ada, by the lake.' }],
  });
  await using sandbox = await openSandbox(providerEnv(fake));
  const stdin = 'Always in rhyme, please.\nWho am I?\n';
  const { code, stdout, stderr } = await sandbox.run(['chat', 'chains/chat.yaml', '--user', 'Ada'], { stdin });
  assert.deepEqual({ code, stdout }, { code: 0, stdout: 'Sublime.\nAda, by the lake.\n' }, stderr);
  const [first, second] = [fake.requests[1], fake.requests[3]].map((request) => JSON.stringify(request?.body.messages));
  assert.match(first ?? '', /somebody: Ada.*Style: in rhyme/);
  assert.match(second ?? '', /Style: in rhyme.*Always in rhyme, please\..*Sublime\..*Who am I\?/);
});

test('the pipeline pair: one run reads what the other prints', async () => {
  await using sandbox = await openSandbox();
  const summary = await sandbox.run(['run', 'chains/notes-summary.yaml', ...OFFLINE], { stdin: notes() });
  assert.equal(summary.code, 0, summary.stderr);
  const digest = await sandbox.run(['run', 'chains/notes-digest.yaml', ...OFFLINE], { stdin: summary.stdout });
  assert.equal(digest.code, 0, digest.stderr);
  assert.ok(summary.stdout.includes(digest.stdout.trim()), 'the digest is one of the sentences of the summary');
  assert.ok(digest.stdout.length < summary.stdout.length);
});

test('chains/hello.yaml without a key: the built-in extractor answers and says that it is no language model', async () => {
  await using sandbox = await openSandbox({ OLLAMA_HOST: NOBODY, LMSTUDIO_BASE_URL: NOBODY });
  const { code, stdout, stderr } = await sandbox.run(['run', 'chains/hello.yaml', ...NOTES]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Subject: The new checkout page went live/);
  assert.match(stderr, /offline\/extractive \(not a language model\)/);
});

test('chains/hello.yaml with a key: that provider answers', async () => {
  await using fake = await startFakeProvider({ replies: [{ text: 'All is well.' }, { text: 'Well' }] });
  await using sandbox = await openSandbox({ OPENAI_API_KEY: 'test-key', OPENAI_BASE_URL: fake.openaiUrl });
  const { code, stdout, stderr } = await sandbox.run(['run', 'chains/hello.yaml', ...NOTES]);
  assert.deepEqual({ code, stdout }, { code: 0, stdout: 'Subject: Well\n\nAll is well.\n' }, stderr);
});

test('chains/prompt-library.yaml: the strategy stands before the prompt, the techniques after it', async () => {
  await using sandbox = await openSandbox();
  const prompt = async (step: string) => {
    const args = ['run', 'chains/prompt-library.yaml', '--model', 'echo/prompt', '--output-step', step];
    return (await sandbox.run(args, { stdin: '+ b\n' })).stdout.trimEnd();
  };
  const shown = async (name: string) => (await sandbox.run(['prompts', 'show', name])).stdout.trimEnd();
  const review = await prompt('review');
  assert.equal(review, `${await shown('cot')}\n\n${bodyOf('review').replace('{input}', '+ b')}`);
  const [role, words] = [await shown('role_playing'), await shown('forbidden_words')];
  const techniques = `${role.replace('{parameter}', 'senior engineer')}\n\n${words.replace('{parameter}', 'obviously,simply,just')}`;
  assert.equal(await prompt('comment'), `${bodyOf('comment').replace('{input}', review)}\n\n${techniques}`);
});

test('chains/ticket-label.yaml: its cases pass with a model that answers well, and tell of one that does not', async () => {
  const answers = [
    { when: 'broken', text: 'refund' },
    { when: 'parcel', text: ' delivery\n' },
  ];
  await using fake = await startFakeProvider({
    replies: [...answers, { when: 'poem', text: 'other' }, ...answers, { when: 'poem', text: 'O cup!' }],
  });
  await using sandbox = await openSandbox(providerEnv(fake));
  const good = await sandbox.run(['test', 'chains/ticket-label.yaml']);
  assert.equal(good.code, 0, good.stdout + good.stderr);
  assert.match(good.stdout, /^3 of 3 cases passed · score 1\.00/m);
  const bad = await sandbox.run(['test', 'chains/ticket-label.yaml']);
  assert.equal(bad.code, 5, bad.stdout + bad.stderr);
  assert.match(bad.stdout, /FAIL {2}0\.50 {2}poem .*\n.*\n.*"O cup!"\n *- regex: one of the three words and nothing else/);
});

function bodyOf(prompt: string): string {
  const text = readFileSync(join(packageDir, 'chains/prompts', `${prompt}.md`), 'utf8');
  return text.replace(/^---\n.*?\n---\n/s, '').trimEnd();
}

async function runs(name: string, example: Example): Promise<void> {
  await using fake = await startFakeProvider({ replies: [...(example.replies ?? [])], fallback: { status: 400 } });
  await using sandbox = await openSandbox(example.replies === undefined ? {} : providerEnv(fake));
  const { code, stdout, stderr } = await run(sandbox, name, example);
  assert.deepEqual({ code, stdout }, { code: 0, stdout: example.stdout }, stderr);
  assert.equal(fake.requests.length, example.replies?.length ?? 0);
  for (const [index, expected] of (example.requests ?? []).entries()) {
    const [, asked, ending] = /^(.*?): (.*)$/s.exec(expected) ?? [];
    const request = fake.requests[index];
    assert.equal([request?.body.model, request?.body.temperature].filter((part) => part !== undefined).join(' '), asked);
    assert.ok(lastUserText(request).endsWith(ending ?? ''), `${lastUserText(request)}\n\ndoes not end with\n\n${ending}`);
  }
}

function run(sandbox: Sandbox, name: string, { args = [], stdin }: Example): ReturnType<Sandbox['run']> {
  return sandbox.run(['run', `chains/${name}`, ...args], stdin === undefined ? {} : { stdin });
}

function providerEnv(fake: { readonly openaiUrl: string; readonly anthropicUrl: string }): Record<string, string> {
  return {
    OPENAI_API_KEY: 'test-key',
    ANTHROPIC_API_KEY: 'test-key',
    OPENAI_BASE_URL: fake.openaiUrl,
    ANTHROPIC_BASE_URL: fake.anthropicUrl,
  };
}

function lastUserText(request: FakeRequest | undefined): string {
  const messages = request?.body.messages as readonly { readonly content: string | readonly { readonly text: string }[] }[];
  const content = messages.at(-1)?.content ?? '';
  return (typeof content === 'string' ? content : content.map(({ text }) => text).join('')).trim();
}

function notes(): string {
  return readFileSync(join(packageDir, 'chains/notes.txt'), 'utf8').trimEnd();
}
