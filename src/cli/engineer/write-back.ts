import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeFolder } from '../../lib/make-folder.ts';
import type { Call } from '../command.ts';
import { replaceText } from '../replace-text.ts';

/**
 * Puts a new text into a file, all of it or nothing, after keeping the old one; returns where it is kept. Throws when the file
 * no longer holds `original`.
 */
export async function writeBack({ io }: Pick<Call, 'io'>, file: string, original: string, text: string): Promise<string> {
  const place = createHash('sha256').update(file).digest('hex').slice(0, 8);
  const folder = join(io.cwd, '.promptchain/history', `${basename(file)}-${place}`);
  makeFolder(folder);
  const kept = join(folder, `${new Date(io.clock.now()).toISOString().replaceAll(':', '-')}.txt`);
  writeFileSync(kept, original, { mode: 0o600 });
  await replaceText(file, original, text);
  return kept;
}
