import { z } from 'zod';
import type { Json } from '../core/json.ts';
import { type BuiltInResult, defineBuiltIn } from './built-in.ts';
import { cutAt } from './cut.ts';
import { fetchPage, MOST_BYTES, MOST_REDIRECTS, type Page } from './fetch-page.ts';
import { textOfPage } from './page-text.ts';

const LONGEST_TEXT = 100_000;
const ERROR_TEXT = 2_000;

/** A page of the public web, as text. */
export const httpFetch = defineBuiltIn({
  name: 'http.fetch',
  description:
    'Fetches one http or https address of the public internet and gives its content as text: HTML is reduced to readable text ' +
    `with links, JSON and other text come as they are. Follows at most ${MOST_REDIRECTS} redirects, reads at most ` +
    `${MOST_BYTES / 1024 / 1024} MB, waits at most 30 s, sends no cookies. Addresses in private networks are refused. A status ` +
    'of 400 or more is an error with the beginning of the page.',
  options: z.strictObject({
    url: z.string().min(1).max(8_000).describe('the whole address, such as https://example.com/page?id=1'),
    method: z.enum(['GET', 'POST']).optional().describe('by default GET'),
    body: z.string().max(1_000_000).optional().describe('what a POST sends'),
    content_type: z
      .string()
      .regex(/^[\x20-\x7e]{1,200}$/)
      .optional()
      .describe('of the body; by default application/json'),
    max_chars: z.int().min(100).max(LONGEST_TEXT).optional().describe('longest text wanted; by default 50000'),
  }),
  // A POST may change something, so a call whose answer was lost is not simply made again.
  effect: 'once',
  timeoutMs: 60_000,
  async run(args, { lookup, signal, allowsPrivate, permit }) {
    const { url, method = 'GET', body, content_type: contentType, max_chars = 50_000 } = args;
    if (body !== undefined && method === 'GET') return { text: 'a GET has no body: say method POST to send one', isError: true };
    const request = {
      url,
      method,
      ...(body === undefined ? {} : { body }),
      ...(contentType === undefined ? {} : { contentType }),
    };
    const page = await fetchPage(request, {
      lookup,
      signal,
      allowsPrivate,
      onRedirect: (to) => permit({ url: to, method }),
    });
    if (page.status >= 400) return failedWith(page);
    const text = await textOfPage(page);
    const shown = cutAt(
      text,
      max_chars,
      page.cut ? `the page is larger than ${MOST_BYTES} bytes, the rest was not read` : undefined,
    );
    return { text: shown.text, data: dataOf(page, shown.cut, text) };
  },
});

async function failedWith(page: Page): Promise<BuiltInResult> {
  const words = await textOfPage(page).catch(() => '');
  const { text } = cutAt(words, ERROR_TEXT);
  return { text: `${page.url} answered with status ${page.status}${text === '' ? '' : `:\n${text}`}`, isError: true };
}

function dataOf({ url, status, headers, cut: pageCut }: Page, cut: boolean, text: string): Json {
  const type = headers['content-type'];
  const base = { url, status, ...(type === undefined ? {} : { content_type: type }), cut };
  if (pageCut || cut || type === undefined || !/^application\/(?:[^;]*\+)?json\b/i.test(type)) return base;
  try {
    return { ...base, json: JSON.parse(text) as Json };
  } catch {
    return base;
  }
}
