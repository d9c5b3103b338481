import {
  closeSync,
  existsSync,
  fdatasyncSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { StoreError, UsageError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { OptimizeEvent, SplitName } from '../../engineer/events.ts';
import type { Texts } from '../../engineer/texts.ts';
import { makeFolder } from '../../lib/make-folder.ts';
import { isLocked, withLock } from '../../store/lock.ts';
import { writeFully } from '../../store/private-file.ts';
import type { Call } from '../command.ts';
import type { PromptPlace } from '../engineer/prompt-places.ts';

/** What `run.json` says of an optimisation: all that is needed to go on with it, to tell of it, and to apply it. */
export interface RunFile {
  readonly schema: 'promptchain.engineer.run.v1';
  readonly id: string;
  /** What a command line calls it: the id, or the folder it was given. */
  readonly name: string;
  /** ISO 8601. */
  readonly started: string;
  /** What the names in the options are relative to. */
  readonly cwd: string;
  readonly chain: string;
  readonly data: string;
  /** Of all that the record depends on. */
  readonly hash: string;
  /** The options of the command line, as they were parsed, and its operands. */
  readonly options: { readonly [name: string]: Json };
  readonly args: readonly string[];
  readonly improver: string;
  readonly models: readonly string[];
  readonly seed: number;
  /** Texts it began with instead of those in the files, and the run they come from. */
  readonly from?: { readonly run: string; readonly texts: Texts };
  readonly budget: { readonly rollouts: number; readonly calls?: number; readonly usd?: number; readonly timeMs?: number };
  /** How often the sealed rows have decided here, this time included: each time they are less unseen. */
  readonly testUses: number;
  readonly splits: Readonly<Record<SplitName, readonly string[]>>;
  readonly places: readonly PromptPlace[];
  /** The files of the texts as they were read. */
  readonly originals: { readonly [file: string]: string };
}

/** The folder of the runs of this working folder. */
export function engineerDir({ io }: Pick<Call, 'io'>): string {
  return join(io.cwd, '.promptchain/engineer');
}

/** The folder a person means: an id, the beginning of one, `last`, or a path. */
export function runFolder(call: Pick<Call, 'io'>, name: string): string {
  const path = resolve(call.io.cwd, name);
  const ids = runIds(call);
  const fitting = name === 'last' ? ids.slice(-1) : ids.filter((id) => id.startsWith(name));
  const [id] = fitting;
  if (fitting.length === 1 && id !== undefined) return join(engineerDir(call), id);
  if (fitting.length === 0 && existsSync(join(path, 'run.json'))) return path;
  const message =
    fitting.length === 0 ? `there is no optimisation "${name}"` : `"${name}" is the beginning of ${fitting.length} runs`;
  throw new UsageError(message, { code: 'PC2063', help: 'promptchain engineer runs lists them' });
}

/** Oldest first. */
export function runIds(call: Pick<Call, 'io'>): readonly string[] {
  const dir = engineerDir(call);
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((name) => existsSync(join(dir, name, 'run.json')))
    .sort();
}

export function readRunFile(folder: string): RunFile {
  return JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as RunFile;
}

export function createRunFolder(folder: string, run: RunFile): void {
  if (existsSync(join(folder, 'run.json')))
    throw new UsageError(`${folder} already holds a run`, { code: 'PC2063', help: `promptchain engineer resume ${folder}` });
  makeFolder(folder);
  writeFileSync(join(folder, 'run.json'), `${JSON.stringify(run, null, 2)}\n`);
}

/** What the journal has. A last line that a kill cut off is no event. */
export function readEvents(folder: string): readonly OptimizeEvent[] {
  const file = join(folder, JOURNAL);
  if (!existsSync(file)) return [];
  const whole = readFileSync(file, 'utf8');
  const lines = whole.slice(0, whole.lastIndexOf('\n') + 1).split('\n');
  return lines.flatMap((line, index) => {
    if (line === '') return [];
    try {
      return [JSON.parse(line) as OptimizeEvent];
    } catch (cause) {
      throw new StoreError(`line ${index + 1} of ${file} cannot be read`, { code: 'PC8611', help: 'start a new run', cause });
    }
  });
}

const JOURNAL = 'journal.jsonl';
const STOP = 'STOP';

export interface RunJournal {
  /** On the disk when it returns: what was paid for is never lost. */
  append(event: OptimizeEvent): void;
}

/** Works on a run that nobody else works on. */
export async function withJournal<T>(folder: string, work: (journal: RunJournal) => Promise<T>): Promise<T> {
  const lock = join(folder, 'lock');
  if (isLocked(lock)) {
    const help = 'wait for it, or end it: promptchain engineer stop';
    throw new StoreError(`another process works on the run in ${folder}`, { code: 'PC8610', help });
  }
  return withLock(lock, async () => {
    rmSync(join(folder, STOP), { force: true });
    const file = join(folder, JOURNAL);
    if (existsSync(file)) truncateSync(file, readFileSync(file).lastIndexOf(LINE_FEED) + 1);
    const descriptor = openSync(file, 'a', 0o600);
    try {
      return await work({
        append(event) {
          writeFully(descriptor, Buffer.from(`${JSON.stringify(event)}\n`));
          fdatasyncSync(descriptor);
        },
      });
    } finally {
      closeSync(descriptor);
    }
  });
}

const LINE_FEED = 0x0a;

export function isRunning(folder: string): boolean {
  return existsSync(join(folder, 'lock')) && isLocked(join(folder, 'lock'));
}

/** Asks whoever works on the run to end. */
export function askToStop(folder: string): void {
  writeFileSync(join(folder, STOP), '');
}

export function isAskedToStop(folder: string): boolean {
  return existsSync(join(folder, STOP));
}
