import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Server, simulate } from './simulated.ts';

const REQUESTS = 60;
const TOKENS = 90_000;
const MINUTE = 60_000;

/** A bucket that fills evenly, as OpenAI and Anthropic say of theirs. */
function bucket(): Server & { left(nowMs: number): { requests: number; tokens: number } } {
  let requests = REQUESTS;
  let tokens = TOKENS;
  let atMs = 0;
  const fill = (nowMs: number) => {
    requests = Math.min(REQUESTS, requests + ((nowMs - atMs) / MINUTE) * REQUESTS);
    tokens = Math.min(TOKENS, tokens + ((nowMs - atMs) / MINUTE) * TOKENS);
    atMs = nowMs;
  };
  return {
    left(nowMs) {
      fill(nowMs);
      return { requests, tokens };
    },
    refusal(amount, nowMs) {
      fill(nowMs);
      if (requests < 1 || tokens < amount) return { retryAfterMs: 1_000 };
      requests -= 1;
      tokens -= amount;
      return undefined;
    },
  };
}

/** Counts the minute that has just passed. */
function sliding(): Server {
  let taken: { readonly atMs: number; readonly tokens: number }[] = [];
  return {
    refusal(tokens, atMs) {
      taken = taken.filter((each) => each.atMs > atMs - MINUTE);
      const used = taken.reduce((sum, each) => sum + each.tokens, 0);
      if (taken.length >= REQUESTS || used + tokens > TOKENS) return { retryAfterMs: (taken[0]?.atMs ?? atMs) + MINUTE - atMs };
      taken.push({ atMs, tokens });
      return undefined;
    },
  };
}

/** Counts from one full minute to the next; the first one began `beganMs` before the batch. */
function fixed(beganMs: number): Server {
  let minute = -1;
  let requests = 0;
  let used = 0;
  return {
    refusal(tokens, nowMs) {
      const current = Math.floor((nowMs + beganMs) / MINUTE);
      if (current !== minute) [minute, requests, used] = [current, 0, 0];
      if (requests >= REQUESTS || used + tokens > TOKENS) return { retryAfterMs: (current + 1) * MINUTE - beganMs - nowMs };
      requests += 1;
      used += tokens;
      return undefined;
    },
  };
}

function withHeaders(server: ReturnType<typeof bucket>): Server {
  return {
    ...server,
    headers(nowMs) {
      const { requests, tokens } = server.left(nowMs);
      return {
        'x-ratelimit-limit-requests': String(REQUESTS),
        'x-ratelimit-remaining-requests': String(Math.floor(requests)),
        'x-ratelimit-reset-requests': `${((REQUESTS - requests) / REQUESTS) * 60}s`,
        'x-ratelimit-limit-tokens': String(TOKENS),
        'x-ratelimit-remaining-tokens': String(Math.floor(tokens)),
        'x-ratelimit-reset-tokens': `${((TOKENS - tokens) / TOKENS) * 60}s`,
      };
    },
  };
}

function silent(server: Server): Server {
  return { ...server, refusal: (tokens, nowMs) => (server.refusal(tokens, nowMs) === undefined ? undefined : {}) };
}

/** Whoever tells nothing is found out by refusals: a few for each time the limit has to be guessed anew. */
const SERVERS: readonly (readonly [string, () => Server, most?: number])[] = [
  ['a bucket that tells with every answer', () => withHeaders(bucket())],
  ['a bucket that tells nothing but when to come again', bucket, 0.05],
  ['a bucket that tells nothing', () => silent(bucket()), 0.05],
  ['a sliding minute that tells when to come again', sliding],
  ['a sliding minute that tells nothing', () => silent(sliding())],
  ['full minutes that tell when to come again', () => fixed(20_000)],
  ['full minutes that tell nothing', () => silent(fixed(0))],
];

describe('300 items at concurrency 32 against 60 requests and 90,000 tokens a minute', () => {
  for (const [name, open, mostRejected = 0.02] of SERVERS) {
    for (const [length, latencyMs] of [
      ['short', 200],
      ['long', 4_000],
    ] as const) {
      it(`${name}, ${length} answers`, async (t) => {
        const told = await simulate({ items: 300, concurrency: 32, tokens: 1_000, server: open(), latencyMs: () => latencyMs });
        t.diagnostic(JSON.stringify(told));
        const idealMs = (300 / REQUESTS) * MINUTE;
        assert.equal(told.lost, 0);
        assert.ok(told.rejected / told.requests < mostRejected, JSON.stringify(told));
        assert.ok(told.tookMs <= 1.15 * idealMs, JSON.stringify(told));
      });
    }
  }
});

it('what a provider tells with its answers is kept to at once: 60 right away, then 60 a minute', async () => {
  const told = await simulate({
    items: 300,
    concurrency: 32,
    tokens: 1_000,
    server: withHeaders(bucket()),
    latencyMs: () => 200,
  });
  assert.equal(told.rejected, 0);
  assert.ok(told.tookMs <= 1.05 * ((300 - REQUESTS) / REQUESTS) * MINUTE, JSON.stringify(told));
});

it('a limit of tokens holds calls back where that of requests would not', async (t) => {
  const told = await simulate({
    items: 120,
    concurrency: 32,
    tokens: 3_000,
    server: withHeaders(bucket()),
    latencyMs: () => 500,
  });
  t.diagnostic(JSON.stringify(told));
  assert.equal(told.lost, 0);
  assert.ok(told.rejected / told.requests < 0.02, JSON.stringify(told));
  assert.ok(told.tookMs <= 1.15 * ((120 * 3_000 - TOKENS) / TOKENS) * MINUTE, JSON.stringify(told));
});

it('a server that takes four at once is found out: few refusals, and it is kept busy', async (t) => {
  let active = 0;
  const server: Server = {
    refusal() {
      if (active >= 4) return {};
      active += 1;
      return undefined;
    },
    done() {
      active -= 1;
    },
  };
  const told = await simulate({ items: 40, concurrency: 40, tokens: 10, server, latencyMs: () => 300 });
  t.diagnostic(JSON.stringify(told));
  assert.equal(told.lost, 0);
  assert.ok(told.requests <= 1.5 * 40, JSON.stringify(told));
  assert.ok(told.tookMs <= 2 * 10 * 335, JSON.stringify(told));
});
