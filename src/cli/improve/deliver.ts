import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../../core/errors.ts';
import { displayPath } from '../../terminal/frame.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import type { Call } from '../command.ts';
import { withText } from '../engineer/prompt-places.ts';
import { writeBack } from '../engineer/write-back.ts';
import { openFileOutput } from '../run/file-output.ts';
import { unifiedDiff } from '../unified-diff.ts';
import type { ImproveFlags } from './flags.ts';
import type { Outcome } from './outcome.ts';
import type { Target } from './targets.ts';

/** A file that was written, and where what it held before is kept. */
export interface Written {
  readonly file: string;
  readonly backup: string | null;
}

/** What the files of the targets hold now: they are written only while they still do. */
export function originalsOf(targets: readonly Target[]): ReadonlyMap<string, string> {
  const files = new Set(targets.flatMap(({ place }) => (place === undefined ? [] : [place.file])));
  return new Map([...files].map((file) => [file, readFileSync(file, 'utf8')]));
}

/** Options that say where the result goes have to fit what is improved. Throws `UsageError`. */
export function checkDelivery({ write, out }: ImproveFlags, targets: readonly Target[]): void {
  if (write && targets.some(({ place }) => place === undefined)) {
    throw new UsageError('--write: the prompt did not come from a file', { help: 'write it to one with --out <file>' });
  }
  if (out !== undefined && targets.length > 1) {
    throw new UsageError(`--out takes one prompt, and these are ${targets.length}`, {
      help: 'name one step, as in chain.yaml#draft, or use --write',
    });
  }
}

/** Puts results where they were asked for: a file of their own, or the place they came from. */
export async function deliver(
  call: Call,
  { out }: ImproveFlags,
  outcomes: readonly Outcome[],
  originals: ReadonlyMap<string, string>,
): Promise<readonly Written[]> {
  if (out !== undefined) {
    const output = openFileOutput(resolve(call.io.cwd, out));
    output.write(outcomes.map(({ text }) => `${text}\n`).join(''));
    output.commit();
    return [{ file: out, backup: null }];
  }
  const written: Written[] = [];
  for (const [file, original, changed] of changedFiles(outcomes, originals)) {
    const backup = await writeBack(call, file, original, changed);
    written.push({ file: displayPath(file, call.io.cwd), backup: displayPath(backup, call.io.cwd) });
  }
  return written;
}

/** What would be written into files, as a patch. */
export async function patchOf(
  { io: { cwd } }: Call,
  outcomes: readonly Outcome[],
  originals: ReadonlyMap<string, string>,
): Promise<string> {
  let patch = '';
  for (const [file, original, changed] of changedFiles(outcomes, originals))
    patch += await unifiedDiff(displayPath(file, cwd), original, changed);
  return patch;
}

export async function tellWritten({ err, globals }: Call, written: readonly Written[]): Promise<void> {
  if (globals.quiet) return;
  for (const { file, backup } of written) {
    const kept = backup === null ? '' : `; as it was: ${sanitize(backup)}`;
    await err.write(`wrote ${sanitize(file)}${kept}\n`);
  }
}

function changedFiles(
  outcomes: readonly Outcome[],
  originals: ReadonlyMap<string, string>,
): readonly (readonly [file: string, original: string, changed: string])[] {
  return [...originals].flatMap(([file, original]) => {
    const changed = outcomes.reduce(
      (content, { target: { place }, text, changed: isChanged }) =>
        isChanged && place?.file === file ? withText(content, place, text) : content,
      original,
    );
    return changed === original ? [] : [[file, original, changed] as const];
  });
}
