import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Event } from '../../src/core/event.ts';
import type { RunResult } from '../../src/core/run.ts';
import { answers, texts } from '../agent/wire.ts';
import { type FakeRequest, type Reply, startFakeProvider } from '../fake/provider.ts';
import { openSandbox } from './bin.ts';
import { calling, installed, run } from './play.ts';

/**
 * What the programs that came with the Python PromptChain do, done by the chains of this repository. The numbers are those of
 * the list of its examples; what is not in it needs a server of its own or a person in front of it.
 */
const SCENARIOS: readonly (readonly [number: number, name: string, play: () => Promise<void>])[] = [
  [1, 'quick start: one prompt', quickStart],
  [2, 'extract, analyse, insights: a model for each step', chainOfModels],
  [3, 'model, function, model', modelFunctionModel],
  [4, 'functions alone, without a model', functionsAlone],
  [5, 'prompts and strategies by name', promptLibrary],
  [6, 'parameters for each model', chainOfModels],
  [7, 'chain breakers: keyword, steps, length, confidence', chainBreakers],
  [8, 'an agent with a calculator', calculator],
  [9, 'prompt, agent with its own model, summary', mixed],
  [10, 'tools to look up, none to write', retrieveThenWrite],
  [11, 'several local tools in a plain prompt', localTools],
  [12, 'tools of a server in sequence', toolsInSequence],
  [13, 'a worklist with guards', worklist],
  [13, 'refined until it is good', refine],
  [14, 'a search on the web, and a summary', webSearch],
  [14, 'a registry of named functions', namedFunctions],
  [17, 'events, timings and counts', observed],
];

for (const [number, name, play] of SCENARIOS) test(`scenario ${number}: ${name}`, play);

const said = (text: string): Reply => ({ text });
const json = (value: object): Reply => said(JSON.stringify(value));
const asked = (requests: readonly FakeRequest[]) => requests.map((request) => texts(request, 'user').at(-1) ?? '');

async function quickStart(): Promise<void> {
  const { stdout, requests } = await run('improve-text.yaml', ['-i', 'AI is changing.'], [said('AI changes how we work.')]);
  assert.equal(stdout, 'AI changes how we work.\n');
  assert.match(asked(requests)[0] ?? '', /:\n\nAI is changing\.$/);
}

async function chainOfModels(): Promise<void> {
  const replies = [said('Facts.'), said('Analysis.'), said('Insights.')];
  const { stdout, requests } = await run('extract-analyse-insights.yaml', ['-i', 'The app is slow.'], replies);
  assert.equal(stdout, 'Insights.\n');
  assert.deepEqual(
    requests.map(({ body }) => [body.model, body.temperature]),
    [
      ['gpt-4o-mini', 0],
      ['claude-sonnet-4-5', 0.2],
      ['gpt-4o', 0.7],
    ],
  );
  assert.deepEqual(
    asked(requests).map((text) => text.trimEnd().split('\n').at(-1)),
    ['The app is slow.', 'Facts.', 'Analysis.'],
  );
  await using sandbox = await openSandbox();
  const stdin = 'models: [openai/a, openai/b]\nsteps: ["1 {input}", "2 {input}", "3 {input}"]\n';
  const { code, stderr } = await sandbox.run(['validate', '-'], { stdin });
  assert.deepEqual([code, /2 models.*3/.test(stderr)], [3, true], stderr);
}

async function modelFunctionModel(): Promise<void> {
  const replies = [said('Mira: call\n- mira: Call\nno task at all'), said('Do not forget to call.')];
  const { stdout, requests } = await run('llm-function-llm.yaml', ['-i', 'Mira calls.'], replies);
  assert.equal(stdout, 'Do not forget to call.\n');
  assert.match(asked(requests)[1] ?? '', /\n\nmira: Call\n?$/);
}

async function functionsAlone(): Promise<void> {
  await using sandbox = await openSandbox();
  const { code, stdout, stderr } = await sandbox.run(['run', 'chains/functions-only.yaml', '-i', '# A\n\n## B c', '--json']);
  assert.equal(code, 0, stderr);
  const result = JSON.parse(stdout) as RunResult;
  assert.deepEqual([result.output, result.usage.input_tokens], ['- [A](#a)\n  - [B c](#b-c)', 0]);
}

async function promptLibrary(): Promise<void> {
  const { stdout, requests } = await run('prompt-library.yaml', ['-i', '+ line'], [said('It lacks a test.'), said('Add one.')]);
  assert.equal(stdout, 'Add one.\n');
  const [review = '', comment = ''] = asked(requests);
  assert.match(review, /reasoning in steps[\s\S]*\+ line/);
  assert.match(comment, /It lacks a test\.[\s\S]*senior engineer/);
}

async function chainBreakers(): Promise<void> {
  const stops = async (name: string, args: readonly string[], replies: readonly Reply[]) => {
    const { stdout } = await run(name, [...args, '--json'], replies);
    const { output, stopped } = JSON.parse(stdout) as RunResult;
    return [output, stopped];
  };
  const urgent = 'URGENT: smoke.';
  assert.deepEqual(await stops('stop-on-keyword.yaml', ['-i', 'Smoke!'], [said(urgent)]), [
    urgent,
    'a person has to read this mail',
  ]);
  assert.deepEqual(await stops('stop-after-steps.yaml', ['-i', 'txt', '--var', 'passes=2'], [said('a'), said('b')]), [
    'b',
    'enough passes',
  ]);
  assert.deepEqual(await stops('stop-on-length.yaml', ['-i', 'short'], []), ['short', 'it fits already']);
  const unsure = [json({ answer: 'At noon?', confidence: 40 })];
  assert.deepEqual(await stops('stop-on-low-confidence.yaml', ['-i', 'When is lunch?'], unsure), [
    'Nobody knows. Ask a person.',
    'only 40 percent sure',
  ]);
  const sure = [json({ answer: 'On Thursday.', confidence: 95 }), said('Lunch is on Thursday!')];
  assert.deepEqual(await stops('stop-on-low-confidence.yaml', ['-i', 'When is lunch?'], sure), [
    'Lunch is on Thursday!',
    undefined,
  ]);
}

async function calculator(): Promise<void> {
  const replies = [calling('calculator', { expression: 'sqrt(144)' }), said('It is 12.')];
  const { stdout, requests } = await run('calculator-agent.yaml', ['-i', 'What is the square root of 144?'], replies);
  assert.deepEqual([stdout, answers(requests[1])], ['It is 12.\n', ['12']]);
}

async function mixed(): Promise<void> {
  const replies = [said('Who?'), calling('files_read', { path: 'notes.txt' }), said('Mira.'), said('It was Mira.')];
  const { stdout, requests } = await run('agent-between-prompts.yaml', ['-i', 'Who moves the field?'], replies);
  assert.equal(stdout, 'It was Mira.\n');
  assert.match(answers(requests[2])[0] ?? '', /voucher field/);
  assert.deepEqual(
    requests.map(({ body }) => `${body.model} ${Array.isArray(body.tools) ? body.tools.length : 0}`),
    ['gpt-4o-mini 0', 'claude-sonnet-4-5 2', 'claude-sonnet-4-5 2', 'gpt-4o-mini 0'],
  );
}

async function retrieveThenWrite(): Promise<void> {
  const replies = [
    calling('files_search', { text: 'voucher' }),
    json({ facts: ['Mira moves it'], file: 'notes.txt' }),
    said('Mira moves it. (notes.txt)'),
  ];
  const { stdout, requests } = await run('retrieve-then-write.yaml', ['-i', 'vouchers'], replies);
  assert.equal(stdout, 'Mira moves it. (notes.txt)\n');
  assert.equal(requests[2]?.body.tools, undefined);
}

async function localTools(): Promise<void> {
  const replies = [
    {
      toolCalls: [
        { id: 'a', name: 'count_words', arguments: '{"text": "one two three"}' },
        { id: 'b', name: 'calculator', arguments: '{"expression": "20 - 3"}' },
      ],
    },
    said('Short.'),
  ];
  const { requests } = await run('named-functions.yaml', ['-i', 'one two three'], replies);
  assert.deepEqual(answers(requests[1]), ['3', '17']);
}

async function toolsInSequence(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'promptchain-knowledge-'));
  try {
    const file = join(dir, 'knowledge.jsonl');
    writeFileSync(file, '{"type":"entity","name":"tea","entityType":"drink","observations":["is hot"]}\n');
    const args = ['-i', 'tea', ...installed('server-memory', 'graph')];
    const { stdout, requests } = await run('tools-in-sequence.yaml', args, [said('Tea is hot.')], { KNOWLEDGE_FILE: file });
    assert.equal(stdout, 'Tea is hot.\n');
    assert.match(asked(requests)[0] ?? '', /"is hot"/);
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function worklist(): Promise<void> {
  const replies: readonly Reply[] = [
    ...['paint', 'sweep', 'burn'].map((job) => ({ when: `do this: ${job}`, text: `plan for ${job}` })),
    ...['paint', 'sweep'].map((job) => ({ when: `The job: ${job}`, text: `${job} is done` })),
    { when: 'The job: burn', status: 400 },
    { when: 'Write one line', text: 'Two of three are done.' },
  ];
  const jobs = 'paint\n\nsweep\nburn\n';
  const { stdout, stderr, requests } = await run('worklist.yaml', ['-i', jobs], replies);
  assert.equal(stdout, 'Two of three are done.\n');
  assert.match(stderr, /^results\[2\]: failed: .* \(the run goes on\)$/m);
  assert.match(asked(requests).at(-1) ?? '', /Results: \["paint is done","sweep is done",null\]$/);

  const nothing = await run('worklist.yaml', ['-i', '\n\n', '--json'], []);
  assert.equal(JSON.parse(nothing.stdout).stopped, 'there is nothing to do');
  await using fake = await startFakeProvider();
  await using sandbox = await openSandbox({ OPENAI_API_KEY: 'test-key', OPENAI_BASE_URL: fake.openaiUrl });
  const long = await sandbox.run(['run', 'chains/worklist.yaml', '-i', jobs, '--var', 'most=2']);
  assert.deepEqual([long.code, fake.requests.length], [1, 0], long.stderr);
  assert.match(long.stderr, /the list has more than 2 jobs/);
  const poor = await sandbox.run(['run', 'chains/worklist.yaml', '-i', jobs, '--max-turns', '2', '-j', '1']);
  assert.deepEqual([poor.code, fake.requests.length], [6, 2], poor.stderr);
}

async function refine(): Promise<void> {
  const turns = [said('Hi.'), json({ score: 4, notes: 'cold' }), said('Welcome!'), json({ score: 9, notes: 'warm' })];
  const { stdout, requests } = await run('refine.yaml', ['-i', 'a greeting'], turns);
  assert.equal(stdout, 'Welcome!\n');
  const [first = '', , second = ''] = asked(requests);
  assert.match(first, /^Write this: a greeting\n\nYour last draft: none yet\n.*: nothing yet$/m);
  assert.match(second, /^Write this: a greeting\n\nYour last draft: Hi\.\n.*: cold$/m);
  const never = Array.from({ length: 4 }, (_, index) => [said(`draft ${index}`), json({ score: 1, notes: 'bad' })]).flat();
  assert.equal((await run('refine.yaml', ['-i', 'a greeting'], never)).stdout, 'draft 3\n');
}

async function webSearch(): Promise<void> {
  const hits = [{ title: 'Printing press', snippet: 'a <span class="searchmatch">press</span> &amp; ink' }];
  const search = (list: object[]) => startFakeProvider({ get: { '/w/api.php': { query: { search: list } } } });
  await using wiki = await search(hits);
  await using empty = await search([]);
  const args = (url: string) => ['-i', 'the press', '--var', `endpoint=${url}/w/api.php`];
  const { stdout, requests } = await run('web-search.yaml', args(wiki.url), [said('It was a press. [1]')]);
  assert.equal(stdout, 'It was a press. [1]\n');
  assert.match(wiki.requests[0]?.path ?? '', /srlimit=5&srsearch=the\+press$/);
  assert.match(asked(requests)[0] ?? '', /The question: the press\n\n.*"title":"Printing press","text":"a press & ink"/);
  assert.equal((await run('web-search.yaml', args(empty.url), [])).stdout, 'Nothing was found.\n');
}

async function namedFunctions(): Promise<void> {
  const { requests } = await run('named-functions.yaml', ['-i', 'one\n  two'], [said('One two.')]);
  assert.match(asked(requests)[0] ?? '', /this text of 2 words[\s\S]*\n\none two$/);
}

async function observed(): Promise<void> {
  const turns = [said('Hi.'), json({ score: 4, notes: 'cold' }), said('Hello.'), json({ score: 9, notes: 'warm' })];
  const { stdout } = await run('refine.yaml', ['-i', 'a greeting', '--jsonl'], turns);
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Event);
  const drafts = events.flatMap((event) => (event.type === 'step.completed' && event.id === 'draft' ? [event] : []));
  assert.deepEqual(
    drafts.map(({ step, model, attempts }) => [step, model, attempts]),
    [
      ['better[0]/draft', 'openai/gpt-4o-mini', 1],
      ['better[1]/draft', 'openai/gpt-4o-mini', 1],
    ],
  );
  const last = events.at(-1);
  assert.ok(last?.type === 'run.completed');
  const { steps, usage, cost_usd, duration_ms } = last.result;
  const leaves = steps.filter(({ usage }) => usage.output_tokens > 0);
  assert.equal(leaves.length, 4);
  assert.equal(
    usage.input_tokens,
    leaves.reduce((sum, step) => sum + step.usage.input_tokens, 0),
  );
  assert.ok((cost_usd ?? 0) > 0);
  assert.ok(steps.every((step) => step.duration_ms <= duration_ms));
}
