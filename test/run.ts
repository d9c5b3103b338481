import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageDir } from './package/package-dir.ts';

/**
 * Runs the compiled tests in an empty environment with a home of their own: `node build/test/run.js [--faults] [part of a path…]`.
 * Files named `*.faults.test.ts` take long and run only with `--faults`. The list is made from the sources, so that what an
 * earlier build left behind is not run.
 */
const args = process.argv.slice(2);
const faults = args.includes('--faults');
const parts = args.filter((argument) => !argument.startsWith('-'));

const files = readdirSync(join(packageDir, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && file.endsWith('.faults.test.ts') === faults)
  .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
  .sort()
  .map((file) => join('build/test', file.replace(/\.ts$/, '.js')));
if (files.length === 0) throw new Error(`no test file matches ${parts.join(' ')}`);

const home = mkdtempSync(join(tmpdir(), 'promptchain-home-'));
/** Per file: one that hangs must fail, not hold everything up. */
const timeoutMs = faults ? 1_200_000 : 300_000;
const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', `--test-timeout=${timeoutMs}`, ...files], {
  cwd: packageDir,
  stdio: 'inherit',
  env: environment(home),
});
rmSync(home, { recursive: true, force: true });
process.exitCode = status ?? 1;

/** What a program cannot start without, and the sizes of the long tests. */
function environment(homeDir: string): NodeJS.ProcessEnv {
  const passed = Object.entries(process.env).filter(([name]) => name.startsWith('PROMPTCHAIN_TEST_'));
  const { PATH, TMPDIR } = process.env;
  return { PATH, HOME: homeDir, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...Object.fromEntries(passed) };
}
