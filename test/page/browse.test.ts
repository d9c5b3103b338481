import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { chainOf, postJson, serve } from '../serve/serving.ts';
import { checkAccessible, checkFits, launch, openPage } from './browser.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const NOTES = `name: notes
model: echo/x
inputs:
  topic: { type: string, required: true }
memory: { namespace: "notes" }
steps:
  - { id: note, prompt: "On {inputs.topic}", remember: { topics: { append: "{inputs.topic}" } } }
`;

test('runs are listed newest first, filtered by chain and status, and each opens as it was', async () => {
  await using server = await serve({
    files: { 'one.yaml': chainOf('one'), 'two.yaml': chainOf('two') },
    fake: { replies: [{ text: 'A' }, { text: 'B' }, { status: 401 }] },
  });
  for (const name of ['one', 'two', 'two']) await postJson(`${server.url}/chains/${name}/runs`, { input: 'x', stream: false });
  await using open = await openPage(browser, server.url);
  const { page } = open;
  await page.getByRole('link', { name: 'Runs' }).click();
  const rows = page.locator('.row');
  await rows.first().waitFor();
  assert.deepEqual(
    (await rows.locator('.badge').allTextContents()).map((word) => word.trim()),
    ['failed', 'success', 'success'],
  );
  await page.getByLabel('Chain').selectOption('two');
  assert.equal(await rows.count(), 2);
  await page.getByLabel('Status').selectOption('success');
  assert.equal(await rows.count(), 1);
  await rows.getByRole('link').click();
  await page.getByRole('heading', { level: 1, name: 'two' }).waitFor();
  await page.getByRole('button', { name: 'Copy result' }).waitFor();
  assert.equal(await page.locator('.result .answer').textContent(), 'B');
  assert.match((await page.locator('article').textContent()) ?? '', /done.*B/);
  assert.equal(await page.getByRole('button', { name: 'Stop' }).count(), 0);
  await page.goBack();
  await rows.first().waitFor();
  assert.equal(await page.getByLabel('Status').inputValue(), 'success');
  assert.equal(await rows.count(), 1);
  open.check();
});

test('a run that goes on is followed in another tab, stopped there, and both tell how it ended', async () => {
  await using server = await serve({
    files: { 'one.yaml': chainOf('one') },
    fake: { replies: [{ tokens: ['A', 'B', 'C'], held: true }] },
  });
  await using open = await openPage(browser, server.url, { hash: '#/chains/one' });
  const { page } = open;
  await page.getByLabel('Input').fill('x');
  await page.getByRole('button', { name: 'Run' }).click();
  server.fake.release(1);
  await page.locator('article').getByText('A', { exact: true }).waitFor();
  const other = await open.newTab(new URL(page.url()).hash);
  await other.locator('article').getByText('A', { exact: true }).waitFor();
  server.fake.release(1);
  await page.locator('article').getByText('AB', { exact: true }).waitFor();
  await other.locator('article').getByText('AB', { exact: true }).waitFor();
  await other.getByRole('button', { name: 'Stop' }).click();
  for (const tab of [page, other]) await tab.locator('.summary').getByText('stopped').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Stop' }).count(), 0);
  open.check();
});

test('memory is shown where the server allows it, and the page says so where not', async () => {
  const topic = '<img src=x onerror=alert(1)>';
  const files = { 'notes.yaml': NOTES };
  await using server = await serve({ files, args: ['--show-memory'] });
  await postJson(`${server.url}/chains/notes/runs`, { inputs: { topic }, stream: false });
  await using open = await openPage(browser, server.url, { hash: '#/memory' });
  await open.page.getByRole('link', { name: 'notes' }).click();
  await open.page.getByRole('heading', { name: 'topics' }).waitFor();
  assert.deepEqual(JSON.parse((await open.page.locator('.value .text').textContent()) ?? ''), [topic]);
  open.check();

  await using closed = await serve({ files });
  await using refused = await openPage(browser, closed.url, { hash: '#/memory' });
  refused.expectRefusals();
  await refused.page.getByText('--show-memory').waitFor();
  refused.check();
});

test('a token is asked for once, kept by the tab, and in no address', async () => {
  const token = 'a-token-of-more-than-16-characters';
  await using server = await serve({ files: { 'one.yaml': chainOf('one') }, env: { PROMPTCHAIN_SERVE_TOKEN: token } });
  await using open = await openPage(browser, server.url);
  open.expectRefusals();
  const { page } = open;
  const addresses: string[] = [];
  page.on('request', (request) => addresses.push(request.url()));
  const dialog = page.getByRole('dialog', { name: 'This server wants a token' });
  await dialog.getByLabel('Token').fill('not-the-token-at-all');
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await dialog.getByText('The server refuses this token.').waitFor();
  await dialog.getByLabel('Token').fill(token);
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'one' }).click();
  await page.getByLabel('Input').fill('x');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByRole('button', { name: 'Copy result' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Copy result' }).waitFor();
  assert.equal(await page.getByRole('dialog').count(), 0);
  assert.ok(!`${addresses.join()}${page.url()}`.includes(token));
  open.check();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious in the lists, ${colorScheme}, and they fit on 320 px`, async () => {
    await using server = await serve({ files: { 'notes.yaml': NOTES }, args: ['--show-memory'] });
    await postJson(`${server.url}/chains/notes/runs`, { inputs: { topic: 'x' }, stream: false });
    await using open = await openPage(browser, server.url, {
      hash: '#/runs',
      colorScheme,
      viewport: { width: 320, height: 640 },
    });
    const { page } = open;
    for (const [hash, sign] of [
      ['#/runs', '1 run'],
      ['#/memory', 'notes'],
      ['#/memory/notes', 'topics'],
      ['#/nowhere', 'Not found'],
    ] as const) {
      await page.goto(`${server.url}/${hash}`);
      await page.locator('main').getByText(sign).first().waitFor();
      await checkFits(page, hash);
      await checkAccessible(page, hash);
    }
    open.check();
  });
}
