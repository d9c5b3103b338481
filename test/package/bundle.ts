import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { packageDir } from './package-dir.ts';

/** The command, sure to run the bundle: fails where the last build is newer, since `bin/promptchain.js` would run that. */
export function bundledCommand(): string {
  const bundled = statSync(join(packageDir, 'dist/cli/main.cjs'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const compiled = statSync(join(packageDir, 'build/.tsbuildinfo')).mtimeMs;
  assert.ok(bundled >= compiled, 'the bundle is older than the build: npm run bundle');
  return join(packageDir, 'bin/promptchain.js');
}
