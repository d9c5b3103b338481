import type { Chain } from '../../core/chain.ts';
import { StoreError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { ConversationSoFar } from '../../core/run.ts';
import { findRun, listRuns } from '../../store/journal.ts';
import { type Progress, progressIn } from '../../store/recorded.ts';
import { type RunRecord, readRun } from '../../store/runs.ts';
import type { Call } from '../command.ts';
import { runsDir } from '../paths.ts';
import type { PartFlags } from './part-flags.ts';

/** What another run uses of an earlier one of the same chain. */
export interface Earlier {
  readonly id: string;
  /** What that run was given, where its journal tells. */
  readonly input?: string;
  readonly stdin?: string;
  readonly conversation?: ConversationSoFar;
  readonly inputs?: { readonly [name: string]: Json };
  /** Of its trace, if it had one. */
  readonly traceparent?: string;
  readonly progress: Progress;
}

/**
 * The run that `--resume` names. Failures are tried again. What it has written to memory is not written once more, unless it
 * ended well: then this is a new run like any other.
 */
export function earlierRun(call: Call, { resume: name }: PartFlags, chain: Chain): Earlier | undefined {
  if (name === undefined) return undefined;
  const dir = runsDir(call.paths);
  const record = name === 'last' ? lastOf(dir, chain) : readRun(dir, findRun(dir, name));
  const { id } = record;
  if (record.running) throw new StoreError(`run ${id} is still going`, { code: 'PC8105', help: 'end it first, or wait' });
  const file = record.result.chain.file;
  if (file !== chain.file) {
    throw new StoreError(`run ${id} is one of another chain: ${file}`, {
      code: 'PC8109',
      help: 'promptchain runs list shows all runs',
    });
  }
  const done = progressIn(record.all);
  const { recorded } = done;
  const nothing: Progress = { recorded, failures: new Map(), begun: new Set(), remembered: new Set(), committed: new Set() };
  const { input, stdin, conversation, inputs, traceparent } = (record.given ?? {}) as Partial<Earlier>;
  return {
    id,
    ...(input === undefined ? {} : { input }),
    ...(stdin === undefined ? {} : { stdin }),
    ...(conversation === undefined ? {} : { conversation }),
    ...(inputs === undefined ? {} : { inputs }),
    ...(traceparent === undefined ? {} : { traceparent }),
    progress:
      record.result.status === 'success' ? nothing : { ...nothing, remembered: done.remembered, committed: done.committed },
  };
}

/** The same for a run that goes on: what it has used is in its own journal, and the earlier run may be gone by now. */
export function earlierIfKept(call: Call, flags: PartFlags, chain: Chain): Earlier | undefined {
  try {
    return earlierRun(call, flags, chain);
  } catch (error) {
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}

function lastOf(dir: string, chain: Chain): RunRecord {
  for (const { id, chain: name } of listRuns(dir)) {
    if (name !== chain.name) continue;
    const record = readRun(dir, id);
    if (record.result.chain.file === chain.file) return record;
  }
  throw new StoreError(`no run of ${chain.file} is kept`, {
    code: 'PC8109',
    help: 'run the chain once; promptchain runs list shows the runs of all chains',
  });
}
