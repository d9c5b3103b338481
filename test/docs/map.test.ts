import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageDir } from '../package/package-dir.ts';

const SRC = join(packageDir, 'src');
const MAP = /^## The map\n.*?(?=^## )/ms.exec(readFileSync(join(SRC, 'README.md'), 'utf8'))?.[0] ?? '';
const ROWS = [...MAP.matchAll(/^\| `([\w/]+)` \|(.*)$/gm)].map(([, folder = '', rest = '']) => ({ folder, rest }));

test('the map has every folder of the source, and no other', () => {
  const entries = readdirSync(SRC, { recursive: true, withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  assert.deepEqual(
    ROWS.map(({ folder }) => folder).sort(),
    folders.map((folder) => folder.slice(SRC.length + 1).replaceAll('\\', '/')).sort(),
  );
});

test('every file the map names is there', () => {
  for (const { folder, rest } of ROWS) {
    const names = [...rest.matchAll(/`([\w-]+\.ts)`/g)].map(([, name = '']) => name);
    assert.ok(names.length > 0, folder);
    for (const name of names) assert.ok(existsSync(join(SRC, folder, name)), `src/${folder}/${name}`);
  }
});
