/**
 * A batch at a provider that limits it, at full scale: 300 items of a `foreach`, 32 at once, against 60 requests and 90,000
 * tokens a minute. Takes four to five minutes, so it is no part of `npm run bench`:
 *
 *     node build/test/bench/rate.js [--silent]   # --silent: the provider tells nothing but 429
 */
import { parseArgs } from 'node:util';
import { openSandbox } from '../cli/sandbox.ts';
import { type Reply, startFakeProvider } from '../fake/provider.ts';

const REQUESTS = 60;
const TOKENS = 90_000;
const ITEMS = 300;
const USED = { input: 900, output: 100 };

const { values } = parseArgs({ options: { silent: { type: 'boolean', default: false } } });
let requests = REQUESTS;
let tokens = TOKENS;
let atMs = performance.now();
let rejected = 0;

/** Two buckets that fill evenly. */
function reply(): Reply {
  const nowMs = performance.now();
  requests = Math.min(REQUESTS, requests + ((nowMs - atMs) / 60_000) * REQUESTS);
  tokens = Math.min(TOKENS, tokens + ((nowMs - atMs) / 60_000) * TOKENS);
  atMs = nowMs;
  const isTaken = requests >= 1 && tokens >= USED.input + USED.output;
  if (isTaken) {
    requests -= 1;
    tokens -= USED.input + USED.output;
  } else rejected += 1;
  const headers = values.silent
    ? {}
    : {
        'x-ratelimit-limit-requests': String(REQUESTS),
        'x-ratelimit-remaining-requests': String(Math.floor(requests)),
        'x-ratelimit-reset-requests': `${(((REQUESTS - requests) / REQUESTS) * 60).toFixed(3)}s`,
        'x-ratelimit-limit-tokens': String(TOKENS),
        'x-ratelimit-remaining-tokens': String(Math.floor(tokens)),
        'x-ratelimit-reset-tokens': `${(((TOKENS - tokens) / TOKENS) * 60).toFixed(3)}s`,
      };
  return isTaken ? { text: 'yes', usage: USED, paceMs: 300, headers } : { status: 429, headers };
}

await using fake = await startFakeProvider({ replies: reply });
using sandbox = openSandbox({
  'c.yaml': `model: openai/any\nsteps:\n  - { prompt: "Say yes to {item}", foreach: "input.split(',')", concurrency: 32 }\n`,
});
const input = Array.from({ length: ITEMS }, (_, index) => `item ${index}`).join(',');
const startedMs = performance.now();
const { code, stdout, stderr } = await sandbox.run(['run', 'c.yaml', '-i', input], {
  env: { OPENAI_BASE_URL: fake.openaiUrl, OPENAI_API_KEY: 'sk-test-0000' },
});
const tookMs = performance.now() - startedMs;
const answers = code === 0 ? (JSON.parse(stdout) as string[]).length : 0;
process.stdout.write(
  `exit ${code}, ${answers} of ${ITEMS} answers, ${fake.requests.length} requests, ${rejected} rejected (${((100 * rejected) / fake.requests.length).toFixed(1)} %), ${(tookMs / 1000).toFixed(0)} s: ${(tookMs / ((ITEMS / REQUESTS) * 60_000)).toFixed(2)} of ${(ITEMS / REQUESTS) * 60} s\n${code === 0 ? '' : stderr.slice(-2_000)}`,
);
