import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** A page of a served promptchain in a browser, and what went wrong in it. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** Another tab of the same browser window. */
  newTab(hash?: string): Promise<Page>;
  /** Fails when a request left the server, a script threw, the console has an error or the policy was violated. */
  check(): void;
  /** Answers that are meant to be errors are none of the page. */
  expectRefusals(): void;
}

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The system's own Chromium: nothing is downloaded. */
export function launch(): Promise<Browser> {
  const executablePath = process.env['PROMPTCHAIN_TEST_CHROMIUM'] ?? CANDIDATES.find((path) => existsSync(path));
  assert.ok(executablePath, 'Chromium is needed: apt-get install chromium, or name one in PROMPTCHAIN_TEST_CHROMIUM');
  // Chromium's own sandbox refuses to run as root.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args });
}

/** Opens the page at `url` and its `#` address. Every wait of its locators ends after ten seconds. */
export async function openPage(
  browser: Browser,
  url: string,
  { hash = '#/', ...options }: BrowserContextOptions & { readonly hash?: string } = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(10_000);
  const faults: string[] = [];
  let areRefusalsExpected = false;
  await context.route('**/*', (route) => {
    const target = new URL(route.request().url());
    if (target.origin === url) return route.continue();
    faults.push(`a request left the server: ${target.href}`);
    return route.abort();
  });
  context.on('page', (page) => {
    page.on('pageerror', (error) => faults.push(`a script threw: ${error.stack ?? error.message}`));
    page.on('dialog', (dialog) => {
      faults.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      if (areRefusalsExpected && /^Failed to load resource|^WebSocket connection to/.test(message.text())) return;
      faults.push(`console: ${message.text()}`);
    });
  });
  const newTab = async (at = hash): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(`${url}/${at}`);
    return page;
  };
  return {
    page: await newTab(),
    newTab,
    check: () => assert.deepEqual(faults, []),
    expectRefusals() {
      areRefusalsExpected = true;
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** Fails on whatever axe calls serious or critical in what the page shows now. */
export async function checkAccessible(page: Page, where: string): Promise<void> {
  await page.evaluate(axe.source);
  const found = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as AxeResults;
  const serious = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  assert.deepEqual(
    serious.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ target, failureSummary }) => ({ target, failureSummary })) })),
    [],
    `axe in ${where}`,
  );
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly nodes: readonly { readonly target: unknown; readonly failureSummary: string }[];
  }[];
}

/** Fails when the page has to be scrolled sideways. */
export async function checkFits(page: Page, where: string): Promise<void> {
  const [whole, seen] = (await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')) as [number, number];
  assert.ok(whole <= seen, `${where} is ${whole} px wide on ${seen} px`);
}
