import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The installed package's folder: the nearest one above this file with our `package.json`. */
export function packageDir(): string {
  return findPackage().dir;
}

export function packageVersion(): string {
  return findPackage().version;
}

function findPackage(): { readonly dir: string; readonly version: string } {
  for (let dir = dirname(fileURLToPath(import.meta.url)); ; dir = dirname(dir)) {
    const manifest = read(join(dir, 'package.json'));
    if (manifest?.name === 'promptchain') return { dir, version: manifest.version };
    if (dir === dirname(dir)) throw new Error('package.json is missing from the installed package');
  }
}

function read(file: string): { readonly name: string; readonly version: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
