import { StoreError } from '../../core/errors.ts';
import { progressIn } from '../../store/recorded.ts';
import { type RunRecord, readRun } from '../../store/runs.ts';
import { spentIn } from '../../store/spent.ts';
import type { Call, Verb } from '../command.ts';
import { start } from '../commands/run.ts';
import { runsDir } from '../paths.ts';
import type { RunFlags } from '../run/flags.ts';
import { contentHash, givenIn } from '../run/given.ts';
import { declareLimitFlags, limitsIn } from '../run/limit-flags.ts';
import { outputFormat } from '../run/output-schema.ts';
import { load } from '../run/world.ts';
import { durationOf } from '../run/world-flags.ts';
import { runIdOf } from './find.ts';

export const resume: Verb = {
  name: 'resume',
  summary: 'go on where a run ended; what it finished is not done again',
  examples: [
    { command: 'promptchain runs resume last', note: 'after Ctrl-C, a failure or a crash: the same input and options' },
    { command: 'promptchain runs resume last --max-cost 2', note: 'after a limit was reached: what is spent counts' },
  ],
  configure(parser) {
    parser
      .argument('<run>', 'an id, the beginning of one, or last')
      .option('--repeat', 'make calls again that were under way, though they may have taken effect');
    declareLimitFlags(parser);
  },
  async run(call) {
    const dir = runsDir(call.paths);
    const id = runIdOf(dir, call.args[0] ?? '');
    const record = readRun(dir, id);
    refuseEnded(record);
    const { flags, cwd, sha256, ...given } = givenIn(record.given, id);
    const there = { ...call, io: { ...call.io, cwd } };
    const chain = await load(there, flags, await outputFormat(cwd, flags));
    if (contentHash(chain) !== sha256) throw changed(chain.file, id);
    const about = { runId: id, chain: { name: chain.name, file: chain.file, sha256: chain.sha256 } };
    // What was trusted then is known by its content: a file that changed since is asked about.
    const done = progressIn(record.all);
    const progress = call.options.repeat === true ? { ...done, begun: NONE } : done;
    const again = { ...given, progress, spent: spentIn(record.all) };
    return start(there, { ...flags, ...limitsOver(flags, call), trust: false }, chain, about, again);
  },
};

const NONE: ReadonlySet<string> = new Set();

/** The limits given now, over those the run began with. */
function limitsOver({ limits }: RunFlags, { options }: Call): Pick<RunFlags, 'limits' | 'timeoutMs'> {
  return {
    limits: { ...limits, ...limitsIn(options) },
    ...(options.timeout === undefined ? {} : { timeoutMs: durationOf(options.timeout) }),
  };
}

function refuseEnded({ id, running, result }: RunRecord): void {
  if (running) throw new StoreError(`run ${id} is still going`, { code: 'PC8105', help: 'end it first, or wait' });
  if (result.status !== 'success') return;
  throw new StoreError(`run ${id} has finished: there is nothing to resume`, {
    code: 'PC8107',
    help: `see what it gave with: promptchain runs show ${id}`,
  });
}

function changed(file: string, id: string): StoreError {
  return new StoreError(`${file}, or a file it includes, is not what it was when run ${id} began`, {
    code: 'PC8108',
    help: 'what the run has done may not fit any more: start it anew, or put the files back as they were',
  });
}
