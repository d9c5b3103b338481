import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { serve } from '../serve/serving.ts';
import { launch, openPage } from './browser.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const STORY = `name: story
model: openai/gpt-4.1-mini
steps:
  - { id: draft, prompt: "Draft: {input}", retry: { attempts: 2 } }
  - { id: title, prompt: "Title: {input}" }
`;
const AGENT = `name: sums
model: openai/gpt-4.1-mini
steps:
  - { id: solve, objective: "Solve {input}", tools: [calculator] }
`;
const LETTER = `name: letter
description: Writes a letter.
model: echo/x
inputs:
  topic: { type: string, required: true, description: What it is about. }
  tone: { type: choice, options: [brief, friendly], default: brief }
  words: { type: integer, default: 100 }
  formal: { type: boolean, default: true }
  people: { type: list }
  facts: { type: map }
steps:
  - "{inputs.topic}, {inputs.tone}, {inputs.words}, {inputs.formal}, {inputs.people}, {inputs.facts}"
`;

test('a run streams delta by delta, each step in its place, and ends with its result', async () => {
  await using server = await serve({
    files: { 'story.yaml': STORY },
    fake: {
      replies: [
        { tokens: ['Once', ' upon', ' a time'], held: true },
        { text: 'A title', held: true },
      ],
    },
  });
  await using open = await openPage(browser, server.url);
  const { page } = open;
  await page.getByRole('link', { name: 'story' }).click();
  await page.getByLabel('Input').fill('a fox');
  await page.getByRole('button', { name: 'Run' }).click();
  const draft = step(page, 'draft');
  await draft.getByText('running').waitFor();
  server.fake.release(1);
  await draft.getByText('Once', { exact: true }).waitFor();
  server.fake.release(1);
  await draft.getByText('Once upon', { exact: true }).waitFor();
  assert.equal(await node(page, 'draft'), 'running');
  assert.equal(await node(page, 'title'), 'waiting');
  server.fake.release(1);
  await step(page, 'title').waitFor();
  await draft.getByText('Once upon a time', { exact: true }).waitFor();
  assert.equal(await node(page, 'draft'), 'done');
  server.fake.release(10);
  await page.getByRole('button', { name: 'Copy result' }).waitFor();
  assert.equal(await page.locator('.result .answer').textContent(), 'A title');
  assert.match((await page.locator('.summary').textContent()) ?? '', /success.*in, .*out.*\$/);
  assert.equal(await page.getByRole('status').textContent(), 'The run is done.');
  assert.equal(await page.locator('.timeline > li').count(), 2);
  assert.equal(await page.getByRole('button', { name: 'Stop' }).count(), 0);
  open.check();
});

test('the result is copied as it is', async () => {
  await using server = await serve({ files: { 'story.yaml': STORY }, fake: { fallback: { text: 'a <b>  text' } } });
  await using open = await openPage(browser, server.url, {
    hash: '#/chains/story',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await open.page.getByLabel('Input').fill('x');
  await open.page.getByRole('button', { name: 'Run' }).click();
  await open.page.getByRole('button', { name: 'Copy result' }).click();
  await open.page.getByRole('button', { name: 'Copied' }).waitFor();
  assert.equal(await open.page.evaluate('navigator.clipboard.readText()'), 'a <b>  text');
  open.check();
});

test('turns and calls of an agent are shown, the call folded with its arguments and its answer', async () => {
  await using server = await serve({
    files: { 'sums.yaml': AGENT },
    fake: {
      replies: [
        {
          text: 'I shall compute.',
          reasoning: 'a hard one',
          toolCalls: [{ id: 'c1', name: 'calculator', arguments: '{"expression":"6*7"}' }],
        },
        { text: 'It is 42.', held: true },
      ],
    },
  });
  await using open = await openPage(browser, server.url, { hash: '#/chains/sums' });
  const { page } = open;
  await page.getByLabel('Input').fill('6*7');
  await page.getByRole('button', { name: 'Run' }).click();
  const first = page.getByRole('region', { name: 'Turn 1' });
  await first.getByText('Reasoning').waitFor();
  server.fake.release(10);
  await page.getByRole('button', { name: 'Copy result' }).waitFor();
  assert.match((await first.textContent()) ?? '', /I shall compute\./);
  const call = first.locator('details', { hasText: 'calculator' });
  assert.equal(await call.getByText('Answer').isVisible(), false);
  await call.locator('summary').click();
  assert.match((await call.textContent()) ?? '', /Arguments.*"expression": "6\*7".*Answer.*42/s);
  await first.getByText('Reasoning').click();
  assert.ok(await first.getByText('a hard one').isVisible());
  assert.deepEqual(await page.locator('.timeline .row-label').allTextContents(), [
    'solve',
    'solve/t1',
    'solve/t1.1 calculator',
    'solve/t2',
  ]);
  open.check();
});

test('an attempt that failed stays to be looked at, and a failure says its code and what helps', async () => {
  await using server = await serve({
    files: { 'story.yaml': STORY },
    fake: {
      replies: [
        { status: 503, retryAfter: '0' },
        { status: 401, error: { message: 'no such key' } },
      ],
    },
  });
  await using open = await openPage(browser, server.url, { hash: '#/chains/story' });
  const { page } = open;
  await page.getByLabel('Input').fill('x');
  await page.getByRole('button', { name: 'Run' }).click();
  const problem = page.locator('.result').getByRole('alert');
  await problem.waitFor();
  assert.match((await problem.textContent()) ?? '', /PC4002 .*401.*In step draft/s);
  assert.match((await step(page, 'draft').textContent()) ?? '', /Attempt 1 failed/);
  assert.match((await node(page, 'draft')) ?? '', /failed/);
  assert.equal(await node(page, 'title'), 'not run');
  assert.match((await page.locator('.summary').textContent()) ?? '', /failed/);
  assert.match((await page.getByRole('status').textContent()) ?? '', /^The run ended: /);
  open.check();
});

test('a form has a field for each type of input, sends what they hold, and tells beside a field what is wrong with it', async () => {
  await using server = await serve({ files: { 'letter.yaml': LETTER } });
  await using open = await openPage(browser, server.url, { hash: '#/chains/letter' });
  const { page } = open;
  const run = page.getByRole('button', { name: 'Run' });
  await run.click();
  const topic = page.getByRole('textbox', { name: 'topic required' });
  assert.equal(await topic.getAttribute('aria-invalid'), 'true');
  assert.equal(await page.locator(':focus').getAttribute('name'), 'topic');
  assert.equal(await describedBy(page, topic), 'What it is about. This is required.');
  await topic.fill('tea');
  await page.getByLabel('tone').selectOption('friendly');
  await page.getByLabel('words').fill('7.5');
  await page.getByLabel('formal').uncheck();
  await page.getByLabel('people').fill('Ada\n- Grace');
  await page.getByLabel('facts').fill('nonsense');
  await run.click();
  assert.match(await describedBy(page, page.getByLabel('words')), /not a whole number/);
  assert.match(await describedBy(page, page.getByLabel('facts')), /no "key: value"/);
  assert.equal(await topic.getAttribute('aria-invalid'), null);
  await page.getByLabel('words').fill('7');
  await page.getByLabel('facts').fill('size: 3\nhot: true\nname: a b');
  await run.click();
  await page.getByRole('button', { name: 'Copy result' }).waitFor();
  assert.equal(
    await page.locator('.result .answer').textContent(),
    'tea, friendly, 7, false, ["Ada","Grace"], {"size":3,"hot":true,"name":"a b"}',
  );
  open.check();
});

test('what the server finds wrong with an input stands beside its field', async () => {
  await using server = await serve({ files: { 'letter.yaml': LETTER } });
  await using open = await openPage(browser, server.url, { hash: '#/chains/letter' });
  open.expectRefusals();
  const { page } = open;
  await page.getByRole('textbox', { name: 'topic' }).fill('tea');
  await page.getByLabel('words').fill('9007199254740993');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByText('input "words" must be a whole number').waitFor();
  assert.match(await describedBy(page, page.getByLabel('words')), /must be a whole number/);
  assert.equal(await page.locator(':focus').getAttribute('name'), 'words');
  open.check();
});

test('ten thousand deltas arrive whole', async () => {
  const tokens = Array.from({ length: 10_000 }, (_, index) => (index % 20 === 19 ? `${index}\n` : `word${index} `));
  await using server = await serve({ files: { 'story.yaml': STORY }, fake: { replies: [{ tokens }, { text: 'End' }] } });
  await using open = await openPage(browser, server.url, { hash: '#/chains/story' });
  const { page } = open;
  await page.getByLabel('Input').fill('x');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByRole('button', { name: 'Copy result' }).waitFor({ timeout: 60_000 });
  // Blocks of lines end in no newline of their own.
  const shown = await step(page, 'draft').locator('.text').textContent();
  assert.equal(shown?.replaceAll(/\s+/g, ''), tokens.join('').replaceAll(/\s+/g, ''));
  open.check();
});

test('what models, people and chains write is text and never HTML', async () => {
  const evil = '<img src=x onerror=alert(1)><script>alert(2)</script>';
  const chain = `name: evil
description: ${JSON.stringify(evil)}
model: openai/gpt-4.1-mini
inputs:
  topic: { type: string, default: ${JSON.stringify(evil)}, description: ${JSON.stringify(evil)} }
steps:
  - { id: a, description: ${JSON.stringify(evil)}, objective: "{inputs.topic}", tools: [calculator] }
`;
  await using server = await serve({
    files: { 'evil.yaml': chain },
    fake: {
      replies: [
        {
          text: evil,
          reasoning: evil,
          toolCalls: [{ id: 'c', name: 'calculator', arguments: JSON.stringify({ expression: evil }) }],
        },
        { text: evil },
      ],
    },
  });
  await using open = await openPage(browser, server.url);
  const { page } = open;
  await page.getByRole('link', { name: 'evil' }).click();
  await page.getByLabel('Input').fill(evil);
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByRole('button', { name: 'Copy result' }).waitFor();
  for (const summary of await page.locator('summary').all()) await summary.click();
  assert.equal(await page.locator('.result .answer').textContent(), evil);
  assert.equal(await page.locator('main img, main script').count(), 0);
  open.check();
});

function step(page: Page, path: string) {
  return page.locator(`article[data-path="${path}"]`);
}

/** How a step stands in the drawing of the chain. */
function node(page: Page, title: string): Promise<string | null> {
  return page.locator('.graph .node-head', { hasText: title }).locator('.badge').textContent();
}

/** What a screen reader adds to a field. */
async function describedBy(page: Page, field: ReturnType<Page['locator']>): Promise<string> {
  const ids = (await field.getAttribute('aria-describedby'))?.split(' ') ?? [];
  const texts = await Promise.all(ids.map((id) => page.locator(`#${id}`).textContent()));
  return texts.join(' ');
}
