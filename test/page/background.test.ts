import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { chainOf, type Serving, serve } from '../serve/serving.ts';
import { launch, openPage } from './browser.ts';
import { layWire } from './wire.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const STORY = `name: story
model: openai/gpt-4.1-mini
steps:
  - { id: draft, prompt: "Draft: {input}" }
  - { id: title, prompt: "Title: {input}" }
`;
const REPLIES = [{ text: 'A draft' }, { tokens: ['A', ' long', ' title'], held: true }];
const FIRST_WORD = 'A';

test('a reload shows the run that goes on, with the steps and the text so far, and it comes to its end', async () => {
  await using server = await serve({ files: { 'story.yaml': STORY }, fake: { replies: REPLIES } });
  await using open = await openPage(browser, server.url, { hash: '#/chains/story' });
  const { page } = open;
  await startToFirstWord(page, server);
  assert.match(page.url(), /#\/runs\/[^/]+$/);
  await page.reload();
  await said(page, 'title', FIRST_WORD).waitFor();
  await said(page, 'draft', 'A draft').waitFor();
  assert.equal(await page.locator('.graph .node-head', { hasText: 'draft' }).locator('.badge').textContent(), 'done');
  server.fake.release(2);
  await page.getByRole('button', { name: 'Copy result' }).waitFor();
  assert.equal(await page.locator('.result .answer').textContent(), 'A long title');
  assert.equal(server.fake.requests.length, 2);
  open.check();
});

test('a run whose tab was closed goes on, and its address shows it and stops it', async () => {
  await using server = await serve({ files: { 'story.yaml': STORY }, fake: { replies: REPLIES } });
  await using open = await openPage(browser, server.url, { hash: '#/chains/story' });
  await start(open.page);
  server.fake.release(1);
  await said(open.page, 'title', FIRST_WORD).waitFor();
  const { hash } = new URL(open.page.url());
  await open.page.close();
  const page = await open.newTab(hash);
  server.fake.release(1);
  await said(page, 'title', 'A long').waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.locator('.summary').getByText('stopped').waitFor();
  assert.match((await page.locator('.result').textContent()) ?? '', /a client cancelled the run/);
  open.check();
});

test('leaving a run by a link leaves no connection behind, and coming back shows it whole', async () => {
  await using server = await serve({ files: { 'story.yaml': STORY }, fake: { replies: REPLIES } });
  await using open = await openPage(browser, server.url, { hash: '#/chains/story' });
  const { page } = open;
  await startToFirstWord(page, server);
  const closed = page.waitForEvent('requestfailed', (request) => /\/events/.test(request.url()));
  await page.getByRole('link', { name: 'Runs' }).click();
  await closed;
  await page.locator('.row').getByText('running').waitFor();
  server.fake.release(1);
  await page.locator('.row').getByRole('link', { name: 'story' }).click();
  await said(page, 'title', 'A long').waitFor();
  await said(page, 'draft', 'A draft').waitFor();
  server.fake.release(1);
  await page.getByRole('button', { name: 'Copy result' }).waitFor();
  open.check();
});

test('a lost connection is said and comes back, and nothing of the run is missing or there twice', async () => {
  await using server = await serve({ files: { 'story.yaml': STORY }, fake: { replies: REPLIES } });
  await using wire = await layWire(server.port);
  await using open = await openPage(browser, wire.url, { hash: '#/chains/story' });
  open.expectRefusals();
  const { page } = open;
  await startToFirstWord(page, server);
  wire.cut();
  await lost(page).waitFor();
  server.fake.release(1);
  wire.mend();
  await said(page, 'title', 'A long').waitFor();
  await lost(page).waitFor({ state: 'hidden' });
  assert.equal(await page.locator('article').count(), 2);
  server.fake.release(1);
  await page.getByRole('button', { name: 'Copy result' }).waitFor();
  assert.equal(await page.locator('.result .answer').textContent(), 'A long title');
  open.check();
});

test('a run whose server was killed says so once another one is there, and no step is told to go on', async () => {
  await using server = await serve({ files: { 'story.yaml': STORY }, fake: { replies: REPLIES } });
  await using open = await openPage(browser, server.url, { hash: '#/chains/story' });
  open.expectRefusals();
  const { page } = open;
  await startToFirstWord(page, server);
  await server.stop('SIGKILL');
  await lost(page).waitFor();
  assert.equal(await page.locator('.summary .badge').textContent(), 'running');
  const { sandbox, port } = server;
  await using _ = await serve({ files: {}, chains: ['story.yaml'], sandbox, args: ['--port', String(port)] });
  await page.locator('.result').getByText('its process was killed').waitFor();
  await check();
  await page.reload();
  await page.locator('.result').getByText('its process was killed').waitFor();
  await check();
  open.check();

  async function check(): Promise<void> {
    assert.equal(await page.locator('.summary .badge').textContent(), 'stopped');
    assert.equal(await page.locator('article[data-path="title"] .badge').textContent(), 'cut off');
    assert.equal(await page.locator('.badge.running, .span.running').count(), 0);
    assert.equal(await page.getByRole('button', { name: 'Stop' }).count(), 0);
  }
});

test('where the server keeps no runs, the page says that the run ends with it', async () => {
  const files = { 'one.yaml': chainOf('one') };
  const fake = { replies: [{ tokens: ['A', 'B'], held: true }] };
  await using server = await serve({ files, fake, args: ['--no-save'] });
  await using open = await openPage(browser, server.url, { hash: '#/chains/one' });
  const { page } = open;
  await start(page);
  await page.getByText('this one ends when you close or reload the page').waitFor();
  await page.getByRole('link', { name: 'Chains' }).click();
  server.fake.release(1);
  await page.goBack();
  await page.locator('article').getByText('A', { exact: true }).waitFor();
  server.fake.release(1);
  await page.getByRole('button', { name: 'Copy result' }).waitFor();
  assert.equal(await page.getByText('this one ends').isVisible(), false);
  open.check();
});

async function start(page: Page): Promise<void> {
  await page.getByLabel('Input').fill('a fox');
  await page.getByRole('button', { name: 'Run' }).click();
}

/** The first step has told all; of the second, the first word has come. */
async function startToFirstWord(page: Page, { fake }: Pick<Serving, 'fake'>): Promise<void> {
  await start(page);
  fake.release(1);
  await said(page, 'title', FIRST_WORD).waitFor();
}

/** What a step has said, in full. */
function said(page: Page, path: string, text: string) {
  return page.locator(`article[data-path="${path}"] .text`).getByText(text, { exact: true });
}

function lost(page: Page) {
  return page.locator('main').getByText('The connection is lost. Connecting again');
}
