#!/usr/bin/env node
'use strict';

// CommonJS, as the package.json beside it says: an ES module would cost every start 4 ms, a fifth of what Node itself takes.

const { statSync } = require('node:fs');
const { dirname, join } = require('node:path');

const bundle = join(__dirname, '../dist/cli/main.cjs');
const compiled = join(__dirname, '../build/src/cli/main.js');

start();

function start() {
  if (!supported(process.versions.node)) return refuse();
  if (bundleIsCurrent()) return require('./code-cache.js').chunkLoader(dirname(bundle))('./main.cjs').main(process);
  return import(compiled).then(({ main }) => main(process));
}

/** A package holds the bundle alone. In a checkout whichever was built last runs, so that an old bundle is never taken for the source. */
function bundleIsCurrent() {
  const bundled = modified(bundle);
  return bundled > 0 && bundled >= modified(join(__dirname, '../build/.tsbuildinfo'));
}

function modified(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function supported(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}

function refuse() {
  process.stderr.write(`error[PC2000]: promptchain needs Node 20.19 or later, this is ${process.version}\n`);
  process.exitCode = 2;
}
