import { StoreError } from '../../core/errors.ts';
import type { Event } from '../../core/event.ts';
import { publicEvent } from '../../core/event.ts';
import type { RunResult } from '../../core/run.ts';
import type { RunRow, Runs, RunView } from '../../serve/service.ts';
import { isStart } from '../../store/journal-lines.ts';
import { type ListOptions, listRuns, type RunSummary, summaryFor } from '../../store/run-list.ts';
import { type RunRecord, readRun } from '../../store/runs.ts';
import type { Going } from './going.ts';
import type { ReadyChain } from './ready.ts';
import { joined } from './text-so-far.ts';

/** The runs of the served chains, from the journals in `dir` and from what goes on here. */
export function createRuns(
  { dir, kept }: { readonly dir: string; readonly kept: boolean },
  ready: readonly ReadyChain[],
  going: Going,
): Runs {
  /** The same chain file; a journal that only has its name is of another chain. */
  const servedOf = ({ name, file }: { readonly name: string; readonly file: string }) =>
    ready.find(({ chain }) => chain.name === name && chain.file === file);
  const recordOf = (id: string) => {
    const record = readIfAny(dir, id);
    const view = record === undefined ? undefined : servedOf(record.result.chain)?.view;
    return record === undefined || view === undefined ? undefined : { record, view };
  };

  async function* eventsOf(id: string, from: number, signal: AbortSignal): AsyncGenerator<Event> {
    let next = from;
    const run = going.find(id);
    function* soFar(): Generator<Event> {
      const { record, view } = recordOf(id) ?? {};
      const kept = (record?.events ?? []).filter(({ seq }) => seq >= next);
      const told = kept.flatMap((event) => view?.event(publicEvent(event)) ?? []);
      for (const event of joined([...told, ...(run?.said.from(next) ?? [])].sort((a, b) => a.seq - b.seq))) {
        next = event.seq + 1;
        yield event;
      }
    }
    const follower = run?.tail.follow(signal);
    try {
      yield* soFar();
      for (let more = await follower?.next(); more !== undefined; more = await follower?.next()) {
        if (more.missed) yield* soFar();
        for (const event of more.values) {
          if (event.seq < next) continue;
          next = event.seq + 1;
          yield event;
        }
      }
    } finally {
      follower?.close();
    }
  }

  return {
    kept,
    find(id) {
      const found = recordOf(id);
      return found === undefined ? undefined : viewOf(found.record, found.view.result(found.record.result));
    },
    list({ limit, chain }) {
      const of: ListOptions['of'] = (each) => servedOf(each) !== undefined && (chain === undefined || chain === each.name);
      return listRuns(dir, { limit, of }).map(rowOf);
    },
    events: (id, from, signal) => (recordOf(id) === undefined ? undefined : eventsOf(id, from, signal)),
    cancel(id) {
      const run = going.find(id);
      if (run !== undefined) {
        run.abort('cancelled');
        return 'cancelled';
      }
      const record = recordOf(id)?.record;
      return record === undefined ? undefined : record.running ? 'elsewhere' : 'ended';
    },
  };
}

function viewOf({ id, events, running }: RunRecord, result: RunResult): RunView {
  return {
    id,
    chain: result.chain.name,
    status: running ? 'running' : result.status,
    started: events.find(isStart)?.ts ?? '',
    duration_ms: running ? null : result.duration_ms,
    cost_usd: result.cost_usd,
    // What its journal adds up to so far reads like the end of a run that was killed.
    result: running ? null : result,
  };
}

function rowOf({ id, chain, status, started, durationMs, costUsd }: RunSummary): RunRow {
  return { id, chain, status, started, duration_ms: durationMs, cost_usd: costUsd };
}

/** Undefined for an id that no run has, or none could have. */
function readIfAny(dir: string, id: string): RunRecord | undefined {
  try {
    return summaryFor(dir, id) === undefined ? undefined : readRun(dir, id);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'PC8101') return undefined;
    throw error;
  }
}
