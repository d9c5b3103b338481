/**
 * `npm run bench:serve [-- --minutes 10 --chats 200 --runs 200 --turns 20]`: so many chats over WebSocket and runs over SSE at
 * once, without a pause, against the real server and the wire-level fake, each in a process of its own. A chat begins anew
 * after so many turns: what the server is asked for stays the same. Ten clients ask the fake directly, and what the
 * server adds is the difference to them. Beside them, clients that read nothing. It tells what failed, the server's memory
 * minute by minute, and how long turns took: those that began after the first half minute, in which a server that has just
 * been started finds out how many calls at once its provider takes.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { start } from '../cli/live.ts';
import { openSandbox } from '../cli/sandbox.ts';
import { packageDir } from '../package/package-dir.ts';
import { chatClient, deafClients, directClient, runClient } from './serve/clients.ts';
import { createTally, percentile, slope, type Tally, usageOf } from './serve/figures.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    chats: { type: 'string', default: '200' },
    runs: { type: 'string', default: '200' },
    deaf: { type: 'string', default: '2' },
    delay: { type: 'string', default: '1000' },
    pace: { type: 'string', default: '300' },
    tokens: { type: 'string', default: '20' },
    turns: { type: 'string', default: '20' },
  },
});
const minutes = Number(values.minutes);
const WARM_UP_S = 30;

using sandbox = openSandbox({
  'chat.yaml': 'name: chat\nmodel: openai/gpt-4.1-mini\nsteps:\n  - prompt: "{input}"\n    history: full\n',
  'deaf.yaml': 'name: deaf\nmodel: openai/gpt-4.1-mini\nsteps:\n  - prompt: "{input}"\noutput: done\n',
  'run.yaml': 'name: run\nmodel: openai/gpt-4.1-mini\nsteps:\n  - prompt: "{input}"\n',
});
const fake = spawn(process.execPath, [
  join(packageDir, 'build/test/bench/serve/fake.js'),
  values.delay,
  values.pace,
  values.tokens,
]);
const provider = await line(fake);
const server = start(sandbox, ['serve', 'chat.yaml', 'run.yaml', 'deaf.yaml', '--port', '0', '--quiet', '--max-runs', '1000'], {
  env: { OPENAI_BASE_URL: provider, OPENAI_API_KEY: 'sk-bench', NODE_OPTIONS: process.env.BENCH_NODE_OPTIONS ?? '' },
});
try {
  await measure(await address(), server.child.pid ?? 0);
} finally {
  server.child.kill('SIGTERM');
  await server.ended;
  fake.kill();
}

async function measure(url: string, pid: number): Promise<void> {
  const { length } = cpus();
  console.log(`Node ${process.version}, ${length} × ${cpus()[0]?.model}, load before: ${loadavg()[0]?.toFixed(1)}`);
  console.log(
    `${values.chats} chats of ${values.turns} turns, ${values.runs} runs, ${minutes} min; the fake answers after ${values.delay} ms, ${values.tokens} deltas each ${values.pace} ms`,
  );
  const [chats, runs, direct] = [createTally(), createTally(), createTally()];
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  let thrownOut = 0;
  const before = usageOf(pid);
  const clients = [
    ...Array.from({ length: Number(values.chats) }, () => chatClient(url, chats, Number(values.turns))),
    ...Array.from({ length: Number(values.runs) }, () => runClient(url, runs)),
    ...Array.from({ length: 10 }, () => directClient(provider, direct)),
    ...Array.from({ length: Number(values.deaf) }, () =>
      deafClients(url, () => {
        thrownOut += 1;
      }),
    ).flat(),
  ];
  const ended: Promise<void>[] = [];
  for (const client of clients) {
    ended.push(client(stop.signal));
    // They come one after the other, as people do, so that their turns do not begin all at once ever after.
    await sleep(7000 / clients.length);
  }
  const cold = await warmUp([chats, runs, direct]);
  console.log(`in the first ${WARM_UP_S} s: ${cold}`);
  const points: [number, number][] = [];
  console.log(`minute 0: ${before.rss.toFixed(0)} MiB before the first client`);
  const every = minutes > 2 ? 60 : 15;
  let cpuBefore = usageOf(pid).cpu;
  for (let seconds = 1; seconds <= minutes * 60; seconds += 1) {
    await sleep(1000);
    const { rss, cpu } = usageOf(pid);
    points.push([seconds / 60, rss]);
    if (seconds % every !== 0) continue;
    const done = chats.wholeMs.length + runs.wholeMs.length;
    const processor = (100 * (cpu - cpuBefore)) / every;
    cpuBefore = cpu;
    const rssOf = points.slice(-every).map(([, each]) => each);
    console.log(
      `minute ${(seconds / 60).toFixed(2)}: ${Math.min(...rssOf).toFixed(0)} to ${Math.max(...rssOf).toFixed(0)} MiB, processor ${processor.toFixed(0)} %, ${done} turns, p99 of the last 1000 chats ${percentile(chats.wholeMs.slice(-1000), 99).toFixed(0)} ms, load ${loadavg()[0]?.toFixed(1)}`,
    );
  }
  stop.abort();
  await Promise.race([Promise.all(ended), sleep(60_000)]);
  report('chats', chats, direct);
  report('runs', runs, direct);
  row('the fake alone', direct.firstMs, direct.wholeMs);
  const highest = Math.max(...points.map(([, rss]) => rss)).toFixed(0);
  const half = points.slice(Math.floor(points.length / 2));
  console.log(`memory: highest ${highest} MiB; slope over the second half ${slope(half).toFixed(2)} MiB a minute`);
  console.log(`clients that read nothing were thrown out ${thrownOut} times`);
}

/** Forgets the times of the first turns, not what went wrong in them. */
async function warmUp(tallies: readonly Tally[]): Promise<string> {
  await sleep(WARM_UP_S * 1000);
  const [chats] = tallies;
  const shown = `p50/p99 of a whole chat turn ${[50, 99].map((each) => percentile(chats?.wholeMs ?? [], each).toFixed(0)).join(' / ')} ms`;
  for (const { firstMs, wholeMs } of tallies) for (const times of [firstMs, wholeMs]) times.length = 0;
  return shown;
}

function report(what: string, tally: Tally, direct: Tally): void {
  row(what, tally.firstMs, tally.wholeMs);
  const [first, whole] = [percentile(direct.firstMs, 50), percentile(direct.wholeMs, 50)];
  row(
    `${what}, added`,
    tally.firstMs.map((ms) => ms - first),
    tally.wholeMs.map((ms) => ms - whole),
  );
  console.log(
    `${what}: ${tally.wholeMs.length} turns, ${[...tally.errors.values()].reduce((sum, count) => sum + count, 0)} errors`,
  );
  for (const [message, count] of tally.errors) console.log(`  ${count} × ${message}`);
}

function row(what: string, first: readonly number[], whole: readonly number[]): void {
  const ms = (values: readonly number[]) =>
    [50, 90, 99, 100].map((percent) => percentile(values, percent).toFixed(0)).join(' / ');
  console.log(`${what}: first text p50/p90/p99/max ${ms(first)} ms; whole turn ${ms(whole)} ms`);
}

function line(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', () => reject(new Error('the fake ended')));
    child.stdout?.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()));
  });
}

async function address(): Promise<string> {
  let said = '';
  server.child.stderr?.on('data', (more: string) => {
    said += more;
  });
  for (;;) {
    const found = / at (http:\S+)\n/.exec(said)?.[1];
    if (found !== undefined) return found;
    if (server.child.exitCode !== null) throw new Error(said);
    await sleep(50);
  }
}
