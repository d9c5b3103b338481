/** The wire-level fake as a process of its own, which answers at a steady pace, tells limits as OpenAI does, and keeps nothing: `node fake.js <delayMs> <paceMs> <tokens>`. */
import { type FakeRequest, startFakeProvider } from '../../fake/provider.ts';

const [delayMs = 0, paceMs = 0, count = 1] = process.argv.slice(2).map(Number);
const tokens = Array.from({ length: count }, (_, index) => `word${index} `);
/** 4 MB in a few pieces: more than the system keeps for a client that does not read. */
const LARGE = Array.from({ length: 40 }, () => 'x'.repeat(100_000));
const LIMITS = {
  'x-ratelimit-limit-requests': '30000',
  'x-ratelimit-remaining-requests': '29999',
  'x-ratelimit-reset-requests': '2ms',
};
const fake = await startFakeProvider({
  keepAliveMs: 75_000,
  fallback: { delayMs, paceMs, tokens, headers: LIMITS },
  replies: ({ body }) => (JSON.stringify(body).includes('LARGE') ? { tokens: LARGE, headers: LIMITS } : undefined),
});
setInterval(() => {
  (fake.requests as FakeRequest[]).length = 0;
}, 1000);
process.stdout.write(`${fake.openaiUrl}\n`);
