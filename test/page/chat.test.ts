import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { serve } from '../serve/serving.ts';
import { checkAccessible, checkFits, launch, openPage } from './browser.ts';
import { layWire } from './wire.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const CHAT = 'name: talk\nmodel: openai/gpt-4.1-mini\nsteps:\n  - prompt: "{input}"\n    history: full\n';
const LETTER = `name: letter
model: echo/x
inputs:
  topic: { type: string, required: true, description: What it is about. }
  tone: { type: choice, options: [brief, friendly], default: brief }
  words: { type: integer, default: 100 }
steps:
  - prompt: "{input} on {inputs.topic}, {inputs.tone}, {inputs.words}"
    history: full
`;

test('a conversation streams, and stands there again after a reload and in another tab', async () => {
  await using server = await serve({
    files: { 'talk.yaml': CHAT },
    fake: { replies: [{ tokens: ['Hel', 'lo'], held: true }, { text: 'Fine.' }] },
  });
  await using open = await openPage(browser, server.url);
  const { page } = open;
  await page.getByRole('link', { name: 'Chat' }).click();
  await say(page, 'Hi <b>there</b>');
  server.fake.release(1);
  await answer(page, 'Hel').waitFor();
  server.fake.release(1);
  await answer(page, 'Hello').waitFor();
  await page.getByRole('link', { name: 'Its run' }).waitFor();
  assert.match(page.url(), /#\/chat\/talk\/[\w-]{20,}$/);
  await page.reload();
  await answer(page, 'Hello').waitFor();

  const other = await open.newTab(new URL(page.url()).hash);
  await answer(other, 'Hello').waitFor();
  await say(other, 'How are you?');
  await answer(other, 'Fine.').waitFor();
  await answer(page, 'Fine.').waitFor();
  assert.deepEqual(await page.locator('.user .text').allTextContents(), ['Hi <b>there</b>', 'How are you?']);
  const sent = server.fake.requests.at(-1)?.body['messages'] as readonly { readonly content: string }[];
  assert.deepEqual(
    sent.map(({ content }) => content),
    ['Hi <b>there</b>', 'Hello', 'How are you?'],
  );
  open.check();
});

test('an answer can be stopped and the conversation forgotten; a new one has another address', async () => {
  await using server = await serve({
    files: { 'talk.yaml': CHAT },
    fake: { replies: [{ text: 'One.' }, { tokens: ['Two', ' three'], held: true }] },
  });
  await using open = await openPage(browser, server.url, { hash: '#/chat/talk' });
  const { page } = open;
  await say(page, 'first');
  await answer(page, 'One.').waitFor();
  await say(page, 'second');
  server.fake.release(1);
  await answer(page, 'Two').waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('Stopped.', { exact: true }).first().waitFor();
  assert.equal(await page.getByRole('button', { name: 'Stop' }).isVisible(), false);
  await page.getByRole('button', { name: 'Forget all' }).click();
  await answer(page, 'One.').waitFor({ state: 'detached' });
  const before = page.url();
  await page.getByRole('link', { name: 'New conversation' }).click();
  await page.waitForURL((url) => url.href !== before && /talk\/[\w-]{20,}$/.test(url.href));
  open.check();
});

test('a message that is on its way when the server goes is answered once it is back', async () => {
  await using server = await serve({ files: { 'talk.yaml': CHAT }, fake: { replies: [{ text: 'One.' }] } });
  await using open = await openPage(browser, server.url, { hash: '#/chat/talk' });
  const { page } = open;
  await say(page, 'first');
  await answer(page, 'One.').waitFor();
  open.expectRefusals();
  await server.stop();
  await page.getByText('The connection is lost.').waitFor();
  await say(page, 'second');
  await using again = await serve({
    files: {},
    chains: ['talk.yaml'],
    sandbox: server.sandbox,
    args: ['--port', String(server.port)],
    fake: { replies: [{ text: 'Two.' }] },
  });
  await answer(page, 'Two.').waitFor();
  assert.deepEqual(await page.locator('.user .text').allTextContents(), ['first', 'second']);
  assert.equal(again.fake.requests.length, 1);
  open.check();
});

test('a message without an end goes on with its inputs when the connection is back', async () => {
  await using server = await serve({ files: { 'letter.yaml': LETTER } });
  await using open = await openPage(browser, server.url, { hash: '#/chat/letter' });
  const { page } = open;
  await page.getByLabel('topic').fill('tea');
  await say(page, 'first');
  await answer(page, 'first on tea, brief, 100').waitFor();
  open.expectRefusals();
  await server.stop();
  await page.getByText('The connection is lost.').waitFor();
  await say(page, 'second');
  const args = ['--port', String(server.port)];
  await using _ = await serve({ files: {}, chains: ['letter.yaml'], sandbox: server.sandbox, args });
  await answer(page, 'second on tea, brief, 100').waitFor();
  open.check();
});

test('the inputs of a chain are asked before the first message and go with every one', async () => {
  await using server = await serve({ files: { 'letter.yaml': LETTER } });
  await using open = await openPage(browser, server.url, { hash: '#/chat/letter' });
  const { page } = open;
  await say(page, 'hello');
  await page.getByText('This is required.').waitFor();
  assert.equal(await page.locator(':focus').getAttribute('name'), 'topic');
  assert.equal(await page.locator('.exchange').count(), 0);
  assert.equal(await page.getByLabel('Message').inputValue(), 'hello');
  await page.getByLabel('topic').fill('tea');
  await page.getByRole('button', { name: 'Send' }).click();
  await answer(page, 'hello on tea, brief, 100').waitFor();
  assert.equal(await page.getByLabel('topic').isVisible(), false);
  await page.locator('summary', { hasText: 'Inputs' }).click();
  await page.getByLabel('tone').selectOption('friendly');
  await say(page, 'again');
  await answer(page, 'again on tea, friendly, 100').waitFor();
  open.check();
});

test('what the server finds wrong with an input of a message stands beside its field, and the message comes back', async () => {
  await using server = await serve({ files: { 'letter.yaml': LETTER } });
  await using open = await openPage(browser, server.url, { hash: '#/chat/letter' });
  const { page } = open;
  await page.getByLabel('topic').fill('tea');
  await page.getByLabel('words').fill('9007199254740993');
  await say(page, 'hello');
  const field = page.locator('.field', { has: page.getByLabel('words') });
  await field.getByText('input "words" must be a whole number').waitFor();
  assert.equal(await page.locator(':focus').getAttribute('name'), 'words');
  assert.equal(await page.getByLabel('Message').inputValue(), 'hello');
  await page.getByLabel('words').fill('7');
  await page.getByRole('button', { name: 'Send' }).click();
  await answer(page, 'hello on tea, brief, 7').waitFor();
  assert.equal(await page.getByLabel('words').getAttribute('aria-invalid'), null);
  open.check();
});

test('inputs of which none is required are folded, and a chain without any has none', async () => {
  const files = { 'free.yaml': LETTER.replace('letter', 'free').replace('required: true', 'default: soup'), 'talk.yaml': CHAT };
  await using server = await serve({ files });
  await using open = await openPage(browser, server.url, { hash: '#/chat/free' });
  const { page } = open;
  await page.locator('summary', { hasText: 'Inputs' }).waitFor();
  assert.equal(await page.getByLabel('topic').isVisible(), false);
  await say(page, 'hello');
  await answer(page, 'hello on soup, brief, 100').waitFor();
  await page.goto(`${server.url}/#/chat/talk`);
  await page.getByRole('heading', { name: 'Chat with talk' }).waitFor();
  assert.equal(await page.locator('summary').count(), 0);
  open.check();
});

test('a line of nearly a mebibyte is sent and answered, and the page goes on', async () => {
  const line = 'word '.repeat(200_000).trim();
  await using server = await serve({ files: { 'talk.yaml': CHAT }, fake: { replies: [{ text: line }, { text: 'Two.' }] } });
  await using open = await openPage(browser, server.url, { hash: '#/chat/talk' });
  const { page } = open;
  // On a busy machine the browser takes its time to lay that out.
  page.setDefaultTimeout(60_000);
  await say(page, line);
  await page.getByRole('link', { name: 'Its run' }).waitFor();
  assert.equal(await page.locator('.said').textContent(), line);
  await say(page, 'second');
  await answer(page, 'Two.').waitFor();
  open.check();
});

test('a message that the server would not take is refused before it is sent, says the limit and stays', async () => {
  await using server = await serve({ files: { 'letter.yaml': LETTER }, args: ['--max-body', '2kb'] });
  await using open = await openPage(browser, server.url, { hash: '#/chat/letter' });
  const { page } = open;
  await page.getByLabel('topic').fill('tea');
  await say(page, 'hello');
  await answer(page, 'hello on tea, brief, 100').waitFor();
  const long = 'ä'.repeat(1000);
  await say(page, long);
  await page
    .locator('.wrong', { hasText: /^This message is too long: it takes 2,\d\d\d bytes with its inputs.*at most 2,048\./ })
    .waitFor();
  assert.equal(await page.getByLabel('Message').inputValue(), long);
  assert.equal(await page.locator('.exchange').count(), 1);
  await say(page, 'again');
  await answer(page, 'again on tea, brief, 100').waitFor();
  assert.equal(await page.locator('.wrong', { hasText: 'too long' }).count(), 0);
  open.check();
});

test('what was typed and what was sent without a connection outlive a reload', async () => {
  await using server = await serve({ files: { 'talk.yaml': CHAT }, fake: { replies: [{ text: 'One.' }] } });
  await using wire = await layWire(server.port);
  await using open = await openPage(browser, wire.url, { hash: '#/chat/talk' });
  open.expectRefusals();
  const { page } = open;
  await say(page, 'first');
  await answer(page, 'One.').waitFor();
  wire.cut();
  await page.getByText('The connection is lost.').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Forget all' }).isDisabled(), true);
  await say(page, 'second');
  await page.getByLabel('Message').fill('not done yet');
  server.fake.reply({ text: 'Two.' });
  wire.mend();
  await page.reload();
  await answer(page, 'Two.').waitFor();
  assert.deepEqual(await page.locator('.user .text').allTextContents(), ['first', 'second']);
  assert.equal(await page.getByLabel('Message').inputValue(), 'not done yet');
  await page.reload();
  await answer(page, 'Two.').waitFor();
  assert.deepEqual(await page.locator('.user .text').allTextContents(), ['first', 'second']);
  assert.equal(server.fake.requests.length, 2);
  open.check();
});

test('an answer that a killed server began is made anew by the next one', async () => {
  await using server = await serve({
    files: { 'talk.yaml': CHAT },
    fake: { replies: [{ tokens: ['Half', ' an answer'], held: true }] },
  });
  await using open = await openPage(browser, server.url, { hash: '#/chat/talk' });
  open.expectRefusals();
  const { page } = open;
  await say(page, 'first');
  server.fake.release(1);
  await answer(page, 'Half').waitFor();
  await page.getByLabel('Message').fill('not done yet');
  await server.stop('SIGKILL');
  await page.getByText('The connection is lost.').waitFor();
  const args = ['--port', String(server.port)];
  const fake = { replies: [{ text: 'A whole answer.' }] };
  await using _ = await serve({ files: {}, chains: ['talk.yaml'], sandbox: server.sandbox, args, fake });
  await answer(page, 'A whole answer.').waitFor();
  assert.equal(await page.getByLabel('Message').inputValue(), 'not done yet');
  assert.equal(await page.locator('.exchange').count(), 1);
  assert.equal(await page.getByText('The connection is lost.').count(), 0);
  open.check();
});

test('an address of no conversation says so', async () => {
  await using server = await serve({ files: { 'talk.yaml': CHAT } });
  await using open = await openPage(browser, server.url, { hash: `#/chat/talk/${encodeURIComponent('../../etc')}` });
  await open.page.getByText('This conversation cannot be opened.').waitFor();
  await open.page.getByRole('alert').waitFor();
  await open.page.getByRole('link', { name: 'New conversation' }).click();
  await say(open.page, 'hi');
  await answer(open.page, '[gpt-4.1-mini] hi').waitFor();
  open.check();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious in a conversation, ${colorScheme}, and it fits on 320 px`, async () => {
    await using server = await serve({
      files: { 'talk.yaml': CHAT },
      fake: { replies: [{ text: 'One.' }, { status: 401 }] },
    });
    await using open = await openPage(browser, server.url, {
      hash: '#/chat/talk',
      colorScheme,
      viewport: { width: 320, height: 640 },
    });
    const { page } = open;
    await say(page, 'first');
    await answer(page, 'One.').waitFor();
    await say(page, 'a_long_word_that_goes_on_and_on_without_any_space_in_it');
    await page.getByRole('alert').waitFor();
    await checkFits(page, 'chat');
    await checkAccessible(page, 'chat');
    open.check();
  });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious in the inputs of a conversation, ${colorScheme}, and they fit on 320 px`, async () => {
    await using server = await serve({ files: { 'letter.yaml': LETTER } });
    await using open = await openPage(browser, server.url, {
      hash: '#/chat/letter',
      colorScheme,
      viewport: { width: 320, height: 640 },
    });
    const { page } = open;
    await say(page, 'hello');
    await page.getByText('This is required.').waitFor();
    await checkFits(page, 'inputs');
    await checkAccessible(page, 'inputs');
    await page.getByLabel('topic').fill('tea');
    await page.getByRole('button', { name: 'Send' }).click();
    await answer(page, 'hello on tea, brief, 100').waitFor();
    await checkAccessible(page, 'folded inputs');
    open.check();
  });
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message').fill(text);
  await page.getByLabel('Message').press('Enter');
}

function answer(page: Page, text: string) {
  return page.locator('.said').getByText(text, { exact: true });
}
