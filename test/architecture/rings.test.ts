import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { packageDir } from '../package/package-dir.ts';

/** Folder to the folders it may import from, its own aside: the drawing of the rings, as data. */
const inward = ['core', 'lib'];
const parts = [
  'chain',
  'steps',
  'engine',
  'models',
  'tools',
  'store',
  'terminal',
  'telemetry',
  'page',
  'engineer',
  'eval',
  'serve',
  'conversation',
];
const may = new Map<string, readonly string[]>([
  ['core', ['lib']],
  ['lib', ['core']],
  ['template', inward],
  ['agent', inward],
  ...parts.map((part) => [part, [...inward, 'template', 'agent']] as const),
  ['cli', [...inward, 'template', 'agent', ...parts]],
]);
const folders = [...may.keys()];

let copy = '';
before(async () => {
  copy = await mkdtemp(join(tmpdir(), 'promptchain-rings-'));
  for (const name of ['biome.json', '.biome', '.gitignore', 'package.json'])
    await cp(join(packageDir, name), join(copy, name), { recursive: true });
});
after(() => rm(copy, { recursive: true, force: true }));

test('the lint refuses exactly the imports against the rings', async () => {
  const forms = (to: string) => [
    `import { a } from '../${to}/one.ts';\nexport const b = a;\n`,
    `import type { A } from '../${to}/deep/two.ts';\nexport type B = A;\n`,
    `export { c } from '../${to}/three.ts';\n`,
    `export const four = () => import('../${to}/four.ts');\n`,
  ];
  const expected = new Set<string>();
  for (const from of folders) {
    for (const to of folders) {
      for (const [index, text] of forms(to).entries()) {
        const file = `src/${from}/${to}_${index}.ts`;
        await place(file, text);
        if (from !== to && !may.get(from)?.includes(to)) expected.add(file);
      }
    }
  }
  assert.deepEqual(await refused('lint/style/noRestrictedImports'), [...expected].sort());
});

test('nothing inside the rings imports the public entry', async () => {
  const inside = folders.filter((folder) => folder !== 'cli');
  for (const folder of inside) await place(`src/${folder}/entry.ts`, `export { a } from '../index.ts';\n`);
  const found = await refused('lint/style/noRestrictedImports');
  assert.deepEqual(
    found.filter((file) => file.endsWith('entry.ts')),
    inside.map((folder) => `src/${folder}/entry.ts`).sort(),
  );
});

test('steps and engine start nothing side by side on their own; only cli touches the process', async () => {
  await place('src/steps/race.ts', 'export const first = Promise.race([]);\n');
  await place('src/engine/all.ts', 'export const both = Promise.all([]);\n');
  await place('src/store/all.ts', 'export const both = Promise.all([]);\n');
  await place('src/models/env.ts', "export const key = process.env['OPENAI_API_KEY'];\n");
  await place('src/cli/env.ts', "export const key = process.env['OPENAI_API_KEY'];\n");
  assert.deepEqual(await refused('plugin'), ['src/engine/all.ts', 'src/models/env.ts', 'src/steps/race.ts']);
});

async function place(file: string, text: string): Promise<void> {
  await mkdir(join(copy, file, '..'), { recursive: true });
  await writeFile(join(copy, file), text);
}

/** The files with a finding of that category, sorted. */
async function refused(category: string): Promise<string[]> {
  const biome = join(packageDir, 'node_modules/@biomejs/biome/bin/biome');
  const args = [biome, 'lint', '--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none', 'src'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: copy, maxBuffer: 1 << 26 }).catch(
    (failure) => failure,
  );
  const report: { diagnostics: { category: string; location: { path: string } }[] } = JSON.parse(stdout);
  const files = report.diagnostics.filter((found) => found.category === category).map((found) => found.location.path);
  return [...new Set(files)].sort();
}
