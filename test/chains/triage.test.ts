import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Event } from '../../src/core/event.ts';
import { answers, assertWhole, texts } from '../agent/wire.ts';
import { openSandbox, type Sandbox } from '../cli/sandbox.ts';
import { type FakeProvider, type FakeRequest, type Reply, startFakeProvider } from '../fake/provider.ts';
import { packageDir } from '../package/package-dir.ts';

/** The whole format in one chain, as it is shipped; only the program of its server is another one. */
const CHAIN = 'triage/triage-issue.yaml';
const SERVER = fileURLToPath(new URL('../fake/issue-server.js', import.meta.url));
const TOKEN = 'ghp_0123456789abcdef';
const ISSUE = 'The parser crashes on an empty file since 2.1.';
const KIND = { kind: 'bug', severity: 4, files: ['parse.js', 'it is "quoted".js', 'none.js'], why: 'an empty file' };

interface World extends AsyncDisposable {
  readonly fake: FakeProvider;
  readonly sandbox: Sandbox;
  run(...args: readonly string[]): ReturnType<Sandbox['run']>;
  issue(...args: readonly string[]): ReturnType<Sandbox['run']>;
}

/** A repository that the chain stands in, a model and a server. */
async function openWorld(replies: readonly Reply[] | ((request: FakeRequest) => Reply)): Promise<World> {
  const fake = await startFakeProvider({ replies, fallback: { status: 400 } });
  const sandbox = openSandbox();
  cpSync(join(packageDir, 'chains/triage'), sandbox.path('triage'), { recursive: true });
  commit(sandbox, 'parse.js', 'read a file');
  commit(sandbox, 'parse.js', 'read it faster');
  commit(sandbox, 'it is "quoted".js', 'a name of its own');
  const env = {
    OPENAI_API_KEY: 'test-key',
    ANTHROPIC_API_KEY: 'test-key',
    OPENAI_BASE_URL: fake.openaiUrl,
    ANTHROPIC_BASE_URL: fake.anthropicUrl,
    GITHUB_TOKEN: TOKEN,
  };
  const server = ['--set', `mcp.github.command=${process.execPath}`, '--set', `mcp.github.args=${JSON.stringify([SERVER])}`];
  const run: World['run'] = (...args) => sandbox.run(args, { env });
  return {
    fake,
    sandbox,
    run,
    issue: (...args) => run('run', CHAIN, '--var', 'repo=acme/parser', '--input', ISSUE, ...server, ...args),
    async [Symbol.asyncDispose]() {
      sandbox[Symbol.dispose]();
      await fake.close();
    },
  };
}

function commit(sandbox: Sandbox, file: string, message: string): void {
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false', ...args], {
      cwd: sandbox.path('triage'),
    });
  git('init', '-q');
  writeFileSync(sandbox.path(`triage/${file}`), message);
  git('add', '--', file);
  git('commit', '-qm', message);
}

const text = (value: object): Reply => ({ text: JSON.stringify(value) });
const calls = (...list: readonly (readonly [name: string, args: object])[]): Reply => ({
  toolCalls: list.map(([name, args], index) => ({ id: `c_${index}`, name, arguments: JSON.stringify(args) })),
});

/** What the models say in a run in which as much as possible has to be done twice. */
const REPLIES: readonly Reply[] = [
  { text: 'It crashes. The file is empty.' },
  { status: 429, retryAfterMs: '1' },
  text({ ...KIND, severity: 9 }),
  text(KIND),
  calls(['mcp_github_search_code', { q: 'parse' }], ['mcp_github_get_file_contents', { path: 'parse.js' }]),
  { status: 404, error: { message: 'no such model' } },
  { text: 'It reads the first line of nothing.' },
  { text: '**Check** the length.' },
  text({ ok: false, notes: 'where?' }),
  { text: '## Fix\n\n**Check** the [length](https://example.org) in `parse`.' },
  text({ ok: true, notes: 'good' }),
  { text: 'Thank you! We check the length in parse.' },
];

test('the shipped chain runs from the issue to the reply', async () => {
  await using world = await openWorld(REPLIES);
  const { fake } = world;
  const { code, stdout, stderr } = await world.issue('--var', 'tone=friendly', '--approve', 'auto', '--jsonl');
  assert.equal(code, 0, stdout + stderr);
  assert.equal(fake.requests.length, REPLIES.length);
  assertWhole(fake.requests);

  assert.deepEqual(fake.requests.map(asked), [
    'gpt-4o-mini: Summarise this issue in two sentences: The parser crashes on an empty file since 2.1.',
    ...Array(3).fill(
      'gpt-4o-mini: Past labels for this repo: none\nIssue: It crashes. The file is empty.\nExample answer: {"kind": "bug", "severity": 2}\n',
    ),
    ...['claude-sonnet-4-5 0.2', 'claude-sonnet-4-5 0.2', 'gpt-4o'].map(
      (model) => `${model}: Objective: Find the root cause of: an empty file\n\nInput:\nissues for repo:acme/parser bug`,
    ),
    'gpt-4o-mini 0: fix',
    'gpt-4o-mini: Review. Last notes: none\n**Check** the length.',
    'gpt-4o-mini 0: fix',
    'gpt-4o-mini: Review. Last notes: {"ok":false,"notes":"where?"}\n## Fix\n\n**Check** the [length](https://example.org) in `parse`.',
    'gpt-4o-mini: Write a friendly reply to the person who reported this issue. What we found:\n\nFix\n\nCheck the length in parse.',
  ]);
  assert.match(texts(fake.requests[3], 'user').at(-1) ?? '', /severity/);
  assert.deepEqual(toolsOf(fake.requests[4]), ['mcp_github_get_file_contents', 'mcp_github_get_issue', 'mcp_github_search_code']);
  assert.deepEqual(answers(fake.requests[6]), answers(fake.requests[5]));
  assert.equal(answers(fake.requests[6])[0], 'src/parse.js:7 has parse');

  const fix = texts(fake.requests[9], 'user')[0] ?? '';
  assert.match(fix, /"kind":"bug"|"kind": "bug"/);
  assert.ok(
    fix.includes(
      JSON.stringify({
        code: ['read it faster\nread a file', 'a name of its own', ''],
        research: 'It reads the first line of nothing.',
      }),
    ),
    fix,
  );
  assert.match(fix, /with these notes: where\?$/);

  const events = eventsIn(stdout);
  const ended = events.flatMap((event) => (event.type === 'step.completed' ? [event.step] : []));
  const beside = (path: string) => path.startsWith('evidence/');
  assert.deepEqual(
    ended.filter((path) => !beside(path)),
    [
      ...['1', 'kind', 'related', 'evidence', 'fix[0]/draft', 'fix[0]/review', 'fix[0]', 'fix[1]/draft', 'fix[1]/review'],
      ...['fix[1]', 'fix', 'clean', 'reply/1', 'reply', 'gate'],
    ],
  );
  const inside = ['evidence/code', 'evidence/code[0]', 'evidence/code[1]', 'evidence/code[2]', 'evidence/research'];
  assert.deepEqual(ended.filter(beside).sort(), inside);
  assert.deepEqual(events.flatMap(told), [
    ...['kind: rate_limit', 'kind: invalid_output', 'labels staged', 'related: issues for repo:acme/parser bug'],
    ...['evidence/research: src/parse.js:7 has parse', 'evidence/research: parse.js: // token ***'],
    ...['evidence/research: not_found', 'PC6103 evidence/research', 'fix: false', 'fix: true', 'labels committed'],
  ]);
  const last = events.at(-1);
  assert.ok(last?.type === 'run.completed');
  assert.deepEqual(last.result.output, { kind: 'bug', reply: 'Thank you! We check the length in parse.' });

  assert.ok(!`${stdout}${stderr}`.includes(TOKEN));
  const journal = await world.run('runs', 'show', 'last', '--events');
  assert.match(journal.stdout, /token \*\*\*/);
  assert.ok(!journal.stdout.includes(TOKEN));
  assert.equal((await world.run('memory', 'get', 'labels', '--namespace', 'triage:acme/parser')).stdout, '["bug"]\n');
});

/** A question: the shortest way through the chain. */
const QUESTION: readonly Reply[] = [
  { text: 'How is it used?' },
  text({ kind: 'question', severity: 1, files: [] }),
  { text: 'It is in the manual.' },
  { text: 'See the manual.' },
];

test('the next run knows the labels of the last twenty, and an issue that is no bug has no fix', async () => {
  await using world = await openWorld(QUESTION);
  const known = Array.from({ length: 20 }, (_, index) => `l${index}`);
  await world.run('memory', 'set', 'labels', JSON.stringify(known), '--json', '--namespace', 'triage:acme/parser');
  const { code, stdout, stderr } = await world.issue('--approve', 'auto');
  assert.deepEqual([code, JSON.parse(stdout)], [0, { kind: 'question', reply: 'See the manual.' }], stderr);
  assert.match(stderr, /^fix: skipped: .*steps\.kind\.data\.kind = "question"/m);
  const [, kind, research, reply] = world.fake.requests.map(asked);
  assert.ok(kind?.startsWith(`gpt-4o-mini: Past labels for this repo: ${JSON.stringify(known)}\n`), kind);
  assert.match(research ?? '', /root cause of: unknown/);
  assert.ok(
    reply?.endsWith(
      'Write a brief reply to the person who reported this issue. What we found:\n\n{"code":[],"research":"It is in the manual."}',
    ),
    reply,
  );
  const kept = await world.run('memory', 'get', 'labels', '--namespace', 'triage:acme/parser');
  assert.deepEqual(JSON.parse(kept.stdout), [...known.slice(1), 'question']);
});

test('a search that fails is done without; a no at the gate ends the run and nothing is remembered', async () => {
  await using world = await openWorld(QUESTION);
  const { code, stdout, stderr } = await world.issue('--var', 'repo=acme/fail', '--approve', 'never');
  assert.deepEqual([code, stdout], [1, ''], stderr);
  assert.match(stderr, /^related: failed: .*the index is being built.*\(the run goes on\)$/m);
  assert.equal(world.fake.requests.length, QUESTION.length);
  const kept = await world.run('memory', 'get', 'labels', '--namespace', 'triage:acme/fail');
  assert.notEqual(kept.code, 0);
});

test('without its secret, or without an input, nothing is called', async () => {
  await using world = await openWorld(QUESTION);
  const bare = await world.sandbox.run(['run', CHAIN, '--var', 'repo=a/b', '-i', ISSUE], {
    env: { OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k', OPENAI_BASE_URL: world.fake.openaiUrl },
  });
  assert.equal(bare.code, 4, bare.stderr);
  assert.match(bare.stderr, /GITHUB_TOKEN/);
  const incomplete = await world.run('run', CHAIN, '-i', ISSUE);
  assert.equal(incomplete.code, 2);
  assert.match(incomplete.stderr, /input "repo" is required: owner\/name/);
  const wrong = await world.issue('--var', 'tone=rude');
  assert.equal(wrong.code, 2);
  assert.deepEqual(world.fake.requests, []);
});

test('the limit on calls stops it with code 6; with a higher one it goes on where it was', async () => {
  await using world = await openWorld(REPLIES);
  const stopped = await world.issue('--approve', 'auto', '--set', 'limits.calls=8');
  assert.equal(stopped.code, 6, stopped.stderr);
  assert.equal(world.fake.requests.length, 8);
  assert.notEqual((await world.run('memory', 'get', 'labels', '--namespace', 'triage:acme/parser')).code, 0);
  const resumed = await world.issue('--approve', 'auto', '--resume');
  const output = { kind: 'bug', reply: 'Thank you! We check the length in parse.' };
  assert.deepEqual([resumed.code, JSON.parse(resumed.stdout)], [0, output], resumed.stderr);
  assert.equal(world.fake.requests.length, REPLIES.length);
});

function eventsIn(lines: string): readonly Event[] {
  return lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Event);
}

/** What a reader of the events learns beside the steps. */
function told(event: Event): readonly string[] {
  switch (event.type) {
    case 'step.retrying':
      return [`${event.step}: ${event.reason}`];
    case 'tool.completed':
      return [`${event.step}: ${event.text}`];
    case 'objective.checked':
      return [`${event.step}: ${event.met}`];
    case 'warning':
      return [`${event.code} ${event.step}`];
    case 'memory.written':
      return [`${event.keys} ${event.committed ? 'committed' : 'staged'}`];
    default:
      return [];
  }
}

/** `model temperature: the first text of the user`; the text of the prompt file by its name. */
function asked(request: FakeRequest): string {
  const [first = ''] = texts(request, 'user');
  const temperature = request.body.temperature === undefined ? '' : ` ${request.body.temperature}`;
  return `${request.body.model}${temperature}: ${first.startsWith('Propose a fix') ? 'fix' : first}`;
}

function toolsOf(request: FakeRequest | undefined): readonly string[] {
  const tools = (request?.body.tools ?? []) as { readonly name?: string; readonly function?: { readonly name: string } }[];
  return tools.map(({ name, function: called }) => name ?? called?.name ?? '').sort();
}
