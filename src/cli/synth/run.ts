import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Chain } from '../../core/chain.ts';
import type { Case } from '../../core/dataset.ts';
import { Interrupted, LimitError, UsageError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import { NOTHING_SPENT } from '../../core/limits.ts';
import type { OpenModel } from '../../core/model.ts';
import type { RunResult } from '../../core/run.ts';
import { createMeter } from '../../engine/meter.ts';
import { readDataset } from '../../eval/dataset.ts';
import { caseText } from '../../eval/duplicates.ts';
import { displayPath } from '../../terminal/frame.ts';
import type { Call } from '../command.ts';
import { exitOf } from '../leave.ts';
import { answerOf } from '../run/answer-of.ts';
import { openFileOutput } from '../run/file-output.ts';
import { listen } from '../run/listen.ts';
import { readyModels } from '../run/models.ts';
import { dataFiles } from '../test/data-files.ts';
import { type Admitted, admit, type Refusal } from './admit.ts';
import { type SynthFlags, synthFlags } from './flags.ts';
import { type Subject, subjectOf } from './subject.ts';
import { summary, synthJson, synthPlan } from './tell.ts';
import { inventedIn, questionOf, writerChain } from './writer.ts';

/** Cases for a chain, written by a model; resolves to the exit code. What was paid for is written, however it ends. */
export async function runSynth(call: Call): Promise<number> {
  const flags = synthFlags(call);
  const subject = await subjectOf(call, flags);
  const file = outputOf(call, flags);
  const known = flags.like === undefined ? [] : casesIn(call, flags.like);
  const writer = await writerChain(call, subject, flags);
  const openModel = await readyModels(call, { requireLlm: true, limits: flags.limits }, writer);
  const model = writer.uses.models[0]?.id ?? '';
  if (flags.dryRun) {
    await call.out.write(synthPlan(subject, flags, { model, known: known.length, questions: Math.ceil(flags.count / BATCH) }));
    return EXIT.ok;
  }
  const output = file === undefined ? undefined : openFileOutput(file);
  try {
    const made = await invent(call, { flags, subject, writer, openModel, model, known });
    const lines = made.admitted.map(({ row }) => `${JSON.stringify(row)}\n`).join('');
    if (output === undefined) await call.out.write(lines);
    else if (lines !== '') {
      await output.write(lines);
      output.commit();
    }
    const exitCode = made.ended === undefined ? (made.admitted.length < flags.count ? EXIT.notMet : EXIT.ok) : exitOf(made.ended);
    if (flags.json) await call.out.write(synthJson(made, { file: flags.out ?? null, model, exitCode }));
    if (!call.globals.quiet && !(flags.json && !call.err.isTTY))
      await call.err.write(summary(made, subject, { model, ...flags }));
    if (made.ended !== undefined && !isKept(made.ended)) throw made.ended;
    return exitCode;
  } finally {
    output?.discard();
  }
}

function outputOf({ io: { cwd } }: Call, { out, force }: SynthFlags): string | undefined {
  if (out === undefined) return undefined;
  const file = resolve(cwd, out);
  if (!existsSync(file) || force) return file;
  const help = 'name another file, or replace it with --force; --data shows the model what is in it';
  throw new UsageError(`${out} exists already`, { code: 'PC2025', help });
}

function casesIn({ io: { cwd } }: Call, name: string): readonly Case[] {
  const file = resolve(cwd, name);
  return readDataset(
    file,
    dataFiles(dirname(file), (each) => displayPath(each, cwd)),
  ).cases;
}

/** What came of all questions. */
export interface Made {
  readonly admitted: readonly Admitted[];
  readonly refused: Readonly<Record<Refusal, number>>;
  readonly calls: number;
  readonly costUsd: number | null;
  /** What ended it before there were enough. */
  readonly ended?: unknown;
}

interface Work {
  readonly flags: SynthFlags;
  readonly subject: Subject;
  readonly writer: Chain;
  readonly openModel: OpenModel;
  readonly model: string;
  readonly known: readonly Case[];
}

/** Cases that one question asks for. */
const BATCH = 8;
/** Questions in a row that bring nothing new, after which it is given up. */
const MOST_IDLE = 3;

async function invent(call: Call, work: Work): Promise<Made> {
  const { flags, subject, writer, model, known } = work;
  const admitted: Admitted[] = [];
  const refused = { repeated: 0, unusable: 0 };
  const spent = { calls: 0, costUsd: 0 as number | null };
  const add = ({ cost_usd: cost, steps }: RunResult): void => {
    spent.calls += steps.reduce((sum, { attempts }) => sum + attempts, 0);
    spent.costUsd = spent.costUsd === null || cost === null ? null : spent.costUsd + cost;
  };
  const stop = new AbortController();
  const release = listen(call, flags.timeoutMs, (reason) => stop.abort(reason));
  const meter = createMeter(flags.limits, NOTHING_SPENT, remedy);
  try {
    for (let idle = 0; admitted.length < flags.count && idle < MOST_IDLE; idle += 1) {
      const all = [...known, ...admitted.map(({ read }) => read)];
      const count = Math.min(BATCH, flags.count - admitted.length);
      const inputs = questionOf(subject, { count, notes: flags.notes, known: all.map(caseText) });
      const asked = { inputs, io: call.io, openModel: work.openModel, meter, signal: stop.signal };
      const { steps } = await answerOf(writer, asked, add);
      for (const each of inventedIn(steps.at(-1)?.data)) {
        if (admitted.length === flags.count) break;
        const found = admit(each, subject, { writer: model, known: [...known, ...admitted.map(({ read }) => read)] });
        if (typeof found === 'string') refused[found] += 1;
        else {
          admitted.push(found);
          idle = -1;
        }
      }
    }
    return { admitted, refused, ...spent };
  } catch (ended) {
    return { admitted, refused, ...spent, ended: stop.signal.aborted ? stop.signal.reason : ended };
  } finally {
    release();
  }
}

function remedy(limit: 'cost' | 'tokens' | 'calls'): string {
  return `raise it with ${limit === 'cost' ? '--budget-usd' : '--max-calls'}`;
}

/** Ends that are told in the summary; all others are errors. */
function isKept(ended: unknown): boolean {
  return ended instanceof LimitError || ended instanceof Interrupted;
}
