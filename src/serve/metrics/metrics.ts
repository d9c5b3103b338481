import type { RunResult } from '../../core/run.ts';
import { counter, gauge, histogram } from './families.ts';

/** What the server counts. Every label is a chain that is served, a route that exists, a status or a word of ours, so there are few. */
export interface Metrics {
  runBegan(chain: string): void;
  runEnded(chain: string, result: Pick<RunResult, 'status' | 'duration_ms' | 'usage' | 'cost_usd'>): void;
  /** `route` is its pattern, as `/runs/:id`. */
  request(route: string, status: number): void;
  /** A connection that stays open; call what it returns when it ends. */
  opened(kind: 'sse' | 'websocket'): () => void;
  /** In Prometheus' text format. */
  text(): string;
}

export function createMetrics(chains: readonly string[]): Metrics {
  const runs = counter('promptchain_runs_total', 'Runs that have ended.');
  const going = gauge('promptchain_runs_going', 'Runs that go on.');
  const seconds = histogram('promptchain_run_duration_seconds', 'How long runs took.', BOUNDS_SECONDS);
  const tokens = counter('promptchain_tokens_total', 'Tokens of all model calls.');
  const cost = counter('promptchain_cost_usd_total', 'US dollars, of runs whose prices are known.');
  const requests = counter('promptchain_requests_total', 'HTTP requests that were answered.');
  const open = gauge('promptchain_open_streams', 'Connections that stay open.');
  for (const chain of chains) going.add({ chain }, 0);
  for (const kind of ['sse', 'websocket']) open.add({ kind }, 0);
  return {
    runBegan: (chain) => going.add({ chain }, 1),
    runEnded(chain, { status, duration_ms, usage, cost_usd }) {
      going.add({ chain }, -1);
      runs.add({ chain, status });
      seconds.observe({ chain }, duration_ms / 1000);
      tokens.add({ chain, direction: 'input' }, usage.input_tokens);
      tokens.add({ chain, direction: 'output' }, usage.output_tokens);
      if (cost_usd !== null) cost.add({ chain }, cost_usd);
    },
    request: (route, status) => requests.add({ route, status: String(status) }),
    opened(kind) {
      open.add({ kind }, 1);
      let closed = false;
      return () => {
        if (!closed) open.add({ kind }, -1);
        closed = true;
      };
    },
    text: () => `${[runs, going, seconds, tokens, cost, requests, open].flatMap((family) => family.lines()).join('\n')}\n`,
  };
}

const BOUNDS_SECONDS: readonly number[] = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
