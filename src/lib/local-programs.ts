import { statSync } from 'node:fs';
import { resolve, sep } from 'node:path';

/**
 * Of the words of a command line, those that are programs or scripts inside a folder. Data that a command reads is not meant:
 * it may change with every run.
 */
export function localPrograms(words: readonly string[], folder: string): readonly string[] {
  const found = words
    .filter((word) => word !== '' && !word.startsWith('-') && !word.includes('\0') && word.length < LONGEST_PATH)
    .map((word) => resolve(folder, word))
    .filter((path) => path.startsWith(folder + sep) && isProgram(path));
  return [...new Set(found)];
}

const LONGEST_PATH = 4096;
const SCRIPT = /\.(mjs|cjs|js|mts|cts|ts|py|sh|bash|zsh|rb|pl|php|lua|ps1)$/;

function isProgram(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true && (SCRIPT.test(path) || (found.mode & 0o111) !== 0);
}
