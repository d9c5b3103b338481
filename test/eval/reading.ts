import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { dataFiles } from '../../src/cli/test/data-files.ts';
import type { Dataset } from '../../src/core/dataset.ts';
import { ChainError } from '../../src/core/errors.ts';
import type { Problem } from '../../src/core/problem.ts';
import { readDataset } from '../../src/eval/dataset.ts';

/** The first of these files, read as a dataset from a folder of its own. */
export function read(files: Readonly<Record<string, string | Buffer>>): Dataset {
  const dir = mkdtempSync(join(tmpdir(), 'promptchain-dataset-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      writeFileSync(join(dir, name), content);
    }
    const [first = ''] = Object.keys(files);
    return readDataset(join(dir, first), dataFiles(dir, basename));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** What is wrong with it, as `file:line:column code message`. */
export function problems(files: Readonly<Record<string, string | Buffer>>): readonly string[] {
  try {
    return read(files).warnings.map(line);
  } catch (error) {
    if (error instanceof ChainError) return error.problems.map(line);
    throw error;
  }
}

function line({ code, message, label, help, position }: Problem): string {
  const hint = label ?? help;
  const place = `${basename(position.file)}:${position.line}:${position.column}`;
  return `${place} ${code} ${message}${hint === undefined ? '' : ` (${hint})`}`;
}
