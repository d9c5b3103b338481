import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Call } from '../command.ts';

/** The text as the user's own editor leaves it; as it was when there is none or it fails. */
export async function edited({ io, err }: Pick<Call, 'io' | 'err'>, text: string): Promise<string> {
  const editor = io.env.VISUAL || io.env.EDITOR;
  if (!editor) {
    await err.write('no editor is known: set EDITOR\n');
    return text;
  }
  const folder = mkdtempSync(join(tmpdir(), 'promptchain-'));
  const file = join(folder, 'prompt.md');
  try {
    writeFileSync(file, `${text}\n`, { mode: 0o600 });
    const code = await run(editor, file);
    if (code === 0) return readFileSync(file, 'utf8').replace(/[\r\n]+$/, '');
    await err.write(`the editor ended with ${code}: the text is as it was\n`);
    return text;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `EDITOR` may hold options, so a shell reads it; the file is an argument of that shell. */
function run(editor: string, file: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', resolve);
  });
}
