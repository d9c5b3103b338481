import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { serve } from '../serve/serving.ts';
import { checkAccessible, checkFits, launch, openPage } from './browser.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const CHAIN = `name: everything
description: A chain with a bit of everything.
model: echo/x
inputs:
  topic: { type: string, required: true }
  tone: { type: choice, options: [brief, friendly], default: brief }
  formal: { type: boolean, default: true }
  people: { type: list }
steps:
  - { id: first, prompt: "{inputs.topic}" }
  - id: views
    parallel:
      for: "Argue for: {inputs.topic}"
      against:
        - { id: think, prompt: "Think: {steps.first.output}" }
        - { id: say, prompt: "Say: {inputs.topic}", if: size(input) > 300 }
  - { id: each, foreach: "[1, 2]", run: 'echo "item $ITEM"; echo a note >&2' }
  - { id: solve, objective: "Solve {inputs.topic}", tools: [calculator], model: openai/gpt-4.1-mini }
  - { id: broken, run: exit 1, on_error: [{ prompt: "Instead: {inputs.topic}" }] }
finally:
  - { id: cleanup, run: date }
`;
const REPLIES = [
  { text: 'I compute.', reasoning: 'hm', toolCalls: [{ id: 'c', name: 'calculator', arguments: '{"expression":"1+1"}' }] },
  { status: 503, retryAfter: '0' },
  { text: 'Two.' },
];

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious in any view, ${colorScheme}, and none is wider than 320 px`, async () => {
    await using server = await serve({ files: { 'everything.yaml': CHAIN }, fake: { replies: REPLIES } });
    await using open = await openPage(browser, server.url, { colorScheme, viewport: { width: 320, height: 640 } });
    const { page } = open;
    const check = async (view: string): Promise<void> => {
      await checkFits(page, view);
      await checkAccessible(page, view);
    };
    await page.getByRole('heading', { name: 'Chains' }).waitFor();
    await check('chains');
    await page.getByRole('link', { name: 'everything' }).click();
    await page.getByLabel('topic').fill('');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('This is required.').waitFor();
    await check('chain');
    await page.getByLabel('topic').fill('a_very_long_word_without_any_space_in_it_that_must_be_broken');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByRole('button', { name: 'Copy result' }).waitFor();
    for (const summary of await page.locator('summary').all()) await summary.click();
    await check('run');
    open.check();
  });
}

test('everything can be done with the keyboard, and each place says its name', async () => {
  await using server = await serve({ files: { 'everything.yaml': CHAIN }, fake: { replies: REPLIES } });
  await using open = await openPage(browser, server.url);
  const { page } = open;
  const press = async (key: string, until: string): Promise<void> => {
    for (let presses = 0; presses < 40; presses += 1) {
      await page.keyboard.press(key);
      if ((await page.locator(':focus').count()) === 1 && (await page.locator(':focus').ariaSnapshot()).includes(until)) return;
    }
    assert.fail(`no ${key} leads to ${until}`);
  };
  await page.getByRole('link', { name: 'everything' }).waitFor();
  await press('Tab', 'Skip to content');
  await page.keyboard.press('Enter');
  await press('Tab', 'link "everything"');
  assert.notEqual(
    await page.locator(':focus').evaluate('document.activeElement && getComputedStyle(document.activeElement).outlineStyle'),
    'none',
  );
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'everything' }).waitFor();
  assert.equal(await page.title(), 'everything – promptchain');
  assert.equal(await page.locator(':focus').textContent(), 'everything');
  await press('Tab', 'textbox "topic');
  await page.keyboard.type('x');
  await press('Tab', 'button "Run"');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Copy result' }).waitFor();
  assert.equal(await page.title(), 'Run of everything – promptchain');
  await press('Tab', 'button "solve"');
  await page.keyboard.press('Enter');
  assert.equal(await page.locator(':focus').textContent(), 'solve');
  await press('Tab', 'calculator');
  await page.keyboard.press('Enter');
  assert.ok(await page.getByText('Arguments', { exact: true }).isVisible());
  await page.goBack();
  await page.getByRole('heading', { level: 1, name: 'everything' }).waitFor();
  await page.getByRole('button', { name: 'Run' }).waitFor();
  open.check();
});

test('the colours follow the system until the switch says otherwise, and it is remembered', async () => {
  await using server = await serve({ files: { 'everything.yaml': CHAIN } });
  await using open = await openPage(browser, server.url, { colorScheme: 'dark' });
  const { page } = open;
  const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
  await page.getByLabel('Colours').waitFor();
  const dark = await ground();
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await ground();
  assert.notEqual(light, dark);
  await page.getByLabel('Colours').selectOption('Dark');
  assert.equal(await ground(), dark);
  await page.reload();
  await page.getByLabel('Colours').waitFor();
  assert.equal(await ground(), dark);
  await page.getByLabel('Colours').selectOption('As the system');
  assert.equal(await ground(), light);
  open.check();
});
