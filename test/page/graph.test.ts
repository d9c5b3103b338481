import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { Event } from '../../src/core/event.ts';
import { postJson, serve } from '../serve/serving.ts';
import { launch, openPage } from './browser.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const OUTER = `name: outer
model: echo/x
steps:
  - { id: first, prompt: "a {input}" }
  - id: views
    parallel:
      for: "For {input}"
      against:
        - { id: think, prompt: "Think {input}" }
        - { id: say, prompt: "Say {input}", if: size(input) > 300 }
  - { id: each, foreach: "[1, 2]", prompt: "Item {item}" }
  - { id: inner, chain: ./inner.yml }
  - { id: broken, run: exit 1, on_error: [{ prompt: "Instead {input}" }] }
  - { id: late, run: exit 1 }
  - { id: never, prompt: "b {input}" }
finally:
  - { id: cleanup, run: date }
`;
const INNER = `model: echo/x
steps:
  - { id: again, repeat: { max: 2 , on_max: continue }, steps: [{ id: turn, prompt: "Turn {input}" }] }
finally:
  - { id: tidy, run: date }
`;

test('every step that runs is in the outline of its chain, wherever it stands', async () => {
  await using server = await serve({ files: { 'outer.yaml': OUTER, 'inner.yml': INNER } });
  const outline = (await (await fetch(`${server.url}/chains/outer`)).text()).matchAll(/"path":"([^"]+)"/g);
  const known = new Set([...outline].map(([, path]) => path));
  const stream = await (await postJson(`${server.url}/chains/outer/runs`, { input: 'x' })).text();
  const paths = [...stream.matchAll(/^data: (.*)$/gm)]
    .map(([, data = '']) => JSON.parse(data) as Event)
    .flatMap((event) => (event.type === 'step.started' || event.type === 'step.skipped' ? [event.step] : []));
  assert.ok(paths.includes('inner/again[1]/turn') && paths.includes('inner/finally/tidy'), paths.join(' '));
  assert.deepEqual(
    paths.filter((path) => !known.has(path.replace(/\[\d+\]/g, ''))),
    [],
  );
});

test('the drawing tells how each step stands when the run has ended', async () => {
  await using server = await serve({ files: { 'outer.yaml': OUTER, 'inner.yml': INNER } });
  await using open = await openPage(browser, server.url, { hash: '#/chains/outer' });
  const { page } = open;
  await page.getByLabel('Input').fill('x');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('.result').getByRole('alert').waitFor();
  const heads = await page.locator('.graph .node-head').all();
  const states = await Promise.all(
    heads.map(async (head) => [await head.locator('.node-title').textContent(), await head.locator('.badge').textContent()]),
  );
  assert.deepEqual(states, [
    ['first', 'done'],
    ['views', 'done'],
    ['prompt', 'done'],
    ['think', 'done'],
    ['say', 'skipped'],
    ['each', 'done, 2 items'],
    ['inner', 'done'],
    ['again', 'done, 2 items'],
    ['turn', 'done, 2 times'],
    ['tidy', 'done'],
    ['broken', 'failed, went on'],
    ['1. prompt', 'done'],
    ['late', 'failed'],
    ['never', 'not run'],
    ['cleanup', 'done'],
  ]);
  assert.equal(await page.locator('article[data-path="views"] article').count(), 3);
  await page.getByRole('button', { name: 'turn' }).click();
  assert.equal(await page.locator(':focus').textContent(), 'turn');
  open.check();
});
