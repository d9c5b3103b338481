import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { chainOf, type Serving, serve } from '../serve/serving.ts';
import { checkAccessible, checkFits, launch, openPage } from './browser.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const CHAT = 'name: talk\nmodel: openai/gpt-4.1-mini\nsteps:\n  - prompt: "{input}"\n    history: full\n';
const OLD = 'the-old-token-of-the-server';
const NEW = 'the-new-token-of-the-server';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious in the token dialog, ${colorScheme}, and it fits on 320 px`, async () => {
    await using server = await serve({ files: { 'one.yaml': chainOf('one') }, env: { PROMPTCHAIN_SERVE_TOKEN: OLD } });
    await using open = await openPage(browser, server.url, { colorScheme, viewport: { width: 320, height: 640 } });
    open.expectRefusals();
    const { page } = open;
    await dialog(page).waitFor();
    await check('token');
    await give(page, 'not-the-token-at-all');
    await dialog(page).getByText('The server refuses this token.').waitFor();
    await check('refused token');
    await give(page, 'no token → at all');
    await dialog(page).getByText('This can be no token').waitFor();
    await check('impossible token');
    await give(page, OLD);
    await page.getByRole('link', { name: 'one' }).waitFor();
    open.check();

    async function check(where: string): Promise<void> {
      await checkFits(page, where);
      const box = await dialog(page).boundingBox();
      assert.ok(box !== null && box.x >= 0 && box.x + box.width <= 320, `${where} stands at ${JSON.stringify(box)}`);
      const [whole, seen] = await dialog(page).evaluate((element) => [element.scrollWidth, element.clientWidth]);
      assert.equal(whole, seen, `${where} has to be scrolled sideways`);
      await checkAccessible(page, where);
    }
  });
}

test('a conversation that the server refuses without its token asks for it, and goes on', async () => {
  await using server = await serve({ files: { 'talk.yaml': CHAT }, env: { PROMPTCHAIN_SERVE_TOKEN: OLD } });
  await using open = await openPage(browser, server.url, { hash: '#/chat/talk' });
  open.expectRefusals();
  const { page } = open;
  await give(page, OLD);
  await say(page, 'first');
  await said(page, '[gpt-4.1-mini] first').waitFor();
  await server.stop();
  await page.getByText('The connection is lost.').waitFor();
  await using _ = await again(server);
  await dialog(page).getByText('The server refuses this token.').waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('There is no connection: this server wants a token.').waitFor();
  const sockets: string[] = [];
  page.on('websocket', (socket) => sockets.push(socket.url()));
  await page.getByRole('button', { name: 'Connect again' }).click();
  await give(page, NEW);
  await page.getByText('There is no connection').waitFor({ state: 'detached' });
  await say(page, 'second');
  await said(page, '[gpt-4.1-mini] second').waitFor();
  assert.equal(sockets.length, 2, 'one that was refused, and one with the token');
  open.check();
});

test('a server that stays away is tried again a number of times, then on demand', async () => {
  await using server = await serve({ files: { 'talk.yaml': CHAT } });
  await using open = await openPage(browser, server.url, { hash: '#/chat/talk' });
  open.expectRefusals();
  const { page } = open;
  await page.getByText('Connecting…').waitFor({ state: 'detached' });
  await page.clock.install();
  await server.stop();
  for (let attempt = 1; attempt <= 12; attempt += 1) {
    await page.getByText(`attempt ${attempt} of 12`).waitFor();
    await page.clock.fastForward(10_000);
  }
  await page.getByText('There is no connection: the server cannot be reached.').waitFor();
  await page.clock.resume();
  await using _ = await again(server, {});
  await say(page, 'hello');
  await said(page, '[gpt-4.1-mini] hello').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Connect again' }).count(), 0);
  open.check();
});

test('a chain that is no longer served is not asked for again', async () => {
  await using server = await serve({ files: { 'talk.yaml': CHAT } });
  await using open = await openPage(browser, server.url, { hash: '#/chat/talk' });
  open.expectRefusals();
  const { page } = open;
  await page.getByText('Connecting…').waitFor({ state: 'detached' });
  await server.stop();
  await using _ = await serve({ files: { 'one.yaml': chainOf('one') }, args: ['--port', String(server.port)] });
  await page.getByText('There is no connection: this chain is no longer served.').waitFor();
  open.check();
});

/** The same server once more, as it was left. */
function again({ sandbox, port }: Serving, env: Record<string, string> = { PROMPTCHAIN_SERVE_TOKEN: NEW }): Promise<Serving> {
  return serve({ files: {}, chains: ['talk.yaml'], sandbox, args: ['--port', String(port)], env });
}

function dialog(page: Page) {
  return page.getByRole('dialog', { name: 'This server wants a token' });
}

async function give(page: Page, token: string): Promise<void> {
  await dialog(page).getByLabel('Token').fill(token);
  await dialog(page).getByRole('button', { name: 'Continue' }).click();
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message').fill(text);
  await page.getByLabel('Message').press('Enter');
}

function said(page: Page, text: string) {
  return page.locator('.said').getByText(text, { exact: true });
}
