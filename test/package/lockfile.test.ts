import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageDir } from './package-dir.ts';

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  /** A dev dependency that something else would take too, were it there. */
  readonly devOptional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly os?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(await readFile(join(packageDir, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> };
const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
const atRunTime = packages.filter(([, { dev, optional, devOptional }]) => !dev && !optional && !devOptional);

/** The MCP SDK brings some ninety of them, with an HTTP server that a client does not use; the rest is ours to keep few. */
const MOST_AT_RUN_TIME = 140;

test('few packages at run time, none with an install script, each with its hash', () => {
  assert.ok(atRunTime.length <= MOST_AT_RUN_TIME, `${atRunTime.length} packages`);
  assert.deepEqual(
    atRunTime.filter(([, { hasInstallScript }]) => hasInstallScript === true),
    [],
  );
  assert.deepEqual(
    atRunTime.filter(([, { integrity }]) => integrity === undefined),
    [],
  );
});

test('the lockfile names no registry', () => {
  assert.deepEqual(
    packages.filter(([, { resolved }]) => resolved !== undefined),
    [],
  );
});

test('the tools of every platform are locked, so that `npm ci` accepts it wherever it is run', () => {
  const missing = packages.flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`node_modules/${name}` in lock.packages || `${path}/node_modules/${name}` in lock.packages),
    ),
  );
  assert.deepEqual(missing, []);
});
