import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Json } from '../core/json.ts';
import type { StepBody } from '../core/step.ts';

/** One hash over a step's kind, its options, what the file and its neighbours brought in, and the code it runs. Hex. */
export function definitionOf(kind: string, parts: readonly Json[], body: StepBody | undefined): string {
  const hash = createHash('sha256').update(JSON.stringify([kind, ...parts]));
  for (const file of body?.files?.() ?? []) hash.update(`\n${file}\n`).update(contentOf(file));
  return hash.digest('hex');
}

/** A file that cannot be read fails when its step runs, with a better error than here. */
function contentOf(file: string): Uint8Array | string {
  try {
    return readFileSync(file);
  } catch {
    return '';
  }
}
