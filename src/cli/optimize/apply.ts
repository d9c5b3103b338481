import { readFileSync } from 'node:fs';
import { StoreError } from '../../core/errors.ts';
import type { Texts } from '../../engineer/texts.ts';
import { displayPath } from '../../terminal/frame.ts';
import type { Call } from '../command.ts';
import { writeBack } from '../engineer/write-back.ts';
import { contentsOf } from './findings.ts';
import type { RunFile } from './run-folder.ts';

/** Puts texts into the files they come from. All files have to be as the run found them, or none is touched. */
export async function applyTexts(call: Call, run: RunFile, texts: Texts): Promise<void> {
  const { io, err, globals } = call;
  const changes = [...contentsOf(run, texts)].filter(([file, content]) => content !== run.originals[file]);
  for (const [file] of changes) {
    if (readFileSync(file, 'utf8') === run.originals[file]) continue;
    throw new StoreError(`${displayPath(file, io.cwd)} changed since the optimisation began; it was left as it is`, {
      code: 'PC2104',
      help: `see what would change with promptchain engineer diff ${run.id}, and change it by hand`,
    });
  }
  for (const [file, content] of changes) {
    const kept = await writeBack(call, file, run.originals[file] ?? '', content);
    if (!globals.quiet) await err.write(`wrote ${displayPath(file, io.cwd)}; as it was: ${displayPath(kept, io.cwd)}\n`);
  }
  if (changes.length === 0 && !globals.quiet) await err.write('nothing to write: the texts are the first ones\n');
}
