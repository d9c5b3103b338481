import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, defineConfig } from 'rolldown';

const leanGlobals = join(import.meta.dirname, 'src/models/lean-globals.ts');

/**
 * What is loaded together, since a file more costs more than what is in it. `base` is what every command needs, and small
 * files that most need: nothing in it imports yaml or zod. `run` is what a run needs besides. `late-`: loaded when first
 * used, though imported at the top; many chains have neither conditions nor memory.
 */
const GROUPS = [
  { name: 'late-conditions', test: /cel-js|src\/template\/(?:cel|pattern)\.ts/ },
  { name: 'late-memory', test: /src\/store\/memory/ },
  {
    name: 'late-schemas',
    test: /node_modules\/(?:ajv|fast-deep-equal|fast-uri|json-schema-traverse)\/|src\/lib\/(?:json-schema|json-text|tolerant-json|read-answer|strict-schema)/,
  },
  {
    name: 'chain',
    test: /node_modules\/(?:yaml|zod)\/|src\/(?:chain|steps|template|agent)\/(?!codes|filters)|src\/lib\/(?:cache-option|case-fields|fields|function-worker|model-params|duration)|src\/(?:cli\/(?:load-options|run\/load)|tools\/names)/,
  },
  {
    name: 'models',
    test: /src\/models\/(?:agents|auto|breaker|chat|config|congestion|detect|endpoint|failure|find-key|key-file|keyless|keys|limiter|open|params|price|price-table|protocols|rate-window|reason|redact|retry-after)\.ts/,
  },
  {
    name: 'remote',
    test: /node_modules\/eventsource-parser\/dist\/index\.|src\/models\/(?:admitted|batch|lean-globals|rate-headers|remote|sdk|stream|structured|transport)\.ts/,
  },
  { name: 'store', test: /src\/store\/(?!codes)|src\/cli\/trust\/(?!require)/ },
  {
    name: 'base',
    test: /node_modules\/commander\/|src\/(?:core|lib|terminal)\/|src\/(?:models\/providers|template\/filters|cli\/(?:run\/(?:failure|file-output|format|read-text)|ask|config|env-file|explain|header-secrets|hide-keys|io|leave|log-file|model-config|parser|paths|program|redact|settings|shown-name|telemetry\/(?:open|parent|trace|wanted)))\.ts/,
  },
  {
    name: 'run',
    test: /src\/(?:engine|cli\/run)\/|src\/cli\/(?:commands\/run|test\/own-memory|traffic\/open|trust\/require)\.ts/,
  },
  { name: 'validate', test: /src\/cli\/(?:validate\/(?:check|fix|report)|commands\/validate|replace-text)\.ts/ },
];

/**
 * The command line as a few CommonJS files, split where the source says `import()`: what a command does not use is not read.
 * Bundled because a start that resolves some hundred files takes three times as long; CommonJS because its compiled code can
 * be kept (`bin/code-cache.js`). Not minified: it would gain a start a twentieth, and cost readable stack traces.
 *
 * The library (`dist/lib`) is not bundled: it imports the packages that package.json names, as a library should.
 */
const config = defineConfig({
  input: { main: 'src/cli/main.ts' },
  platform: 'node',
  // OpenTelemetry has its modules in `module`: a quarter of the size, since what is not used can be left out.
  resolve: { mainFields: ['module', 'main'] },
  preserveEntrySignatures: 'allow-extension',
  output: {
    dir: 'dist/cli',
    cleanDir: true,
    format: 'cjs',
    exports: 'named',
    dynamicImportInCjs: false,
    // `bin/promptchain.js` has to find it.
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    comments: { legal: true, annotation: false, jsdoc: false },
    codeSplitting: { groups: GROUPS, includeDependenciesRecursively: false },
  },
  transform: {
    // Node 20 does not know `using`.
    target: 'node20.19',
    inject: { Headers: [leanGlobals, 'Headers'], FormData: [leanGlobals, 'FormData'] },
    define: { 'globalThis.Blob': 'undefined', 'globalThis.ReadableStream': 'undefined' },
  },
  plugins: [ascii(), acyclic(), notices()],
});

/** The page that `serve` serves: a script, a style sheet and an icon, named by their content, and the document that names them. */
const page = defineConfig({
  input: { main: 'src/page/main.ts' },
  platform: 'browser',
  output: {
    dir: 'dist/page',
    cleanDir: true,
    entryFileNames: '[name]-[hash].js',
    assetFileNames: '[name]-[hash][extname]',
    minify: true,
  },
  plugins: [documentOf('src/page'), notices()],
});

// Run as a program, since rolldown's own command prints a line a file into every installation.
await build(config);
await build(page);

/** Adds the files that no script imports, and puts their names with hashes into the document. */
function documentOf(folder) {
  const read = (name) => readFileSync(join(folder, name), 'utf8');
  return {
    name: 'document',
    generateBundle(_options, bundle) {
      let html = read('index.html');
      const rename = (name, hashed) => {
        if (!html.includes(`"page/${name}"`)) throw new Error(`index.html does not name page/${name}`);
        html = html.replace(`"page/${name}"`, `"page/${hashed}"`);
      };
      for (const name of ['page.css', 'icon.svg']) {
        rename(name, this.getFileName(this.emitFile({ type: 'asset', name, source: read(name) })));
      }
      rename('main.js', Object.values(bundle).find((file) => file.type === 'chunk' && file.isEntry).fileName);
      this.emitFile({ type: 'asset', fileName: 'index.html', source: html });
    },
  };
}

/** Files that import each other see each other half made: put the module into the group of what it imports. */
function acyclic() {
  return {
    name: 'acyclic',
    generateBundle(_options, bundle) {
      const reaches = (from, goal, seen) =>
        (bundle[from]?.imports ?? []).some((next) => next === goal || (!seen.has(next) && reaches(next, goal, seen.add(next))));
      const cyclic = Object.keys(bundle).filter((name) => reaches(name, name, new Set()));
      if (cyclic.length > 0)
        throw new Error(`these import each other, some module in GROUPS is in the wrong one: ${cyclic.join(', ')}`);
    },
  };
}

/** Escapes what is not ASCII, since `bin/code-cache.js` reads a byte as a character. Means the same in strings, patterns and names. */
function ascii() {
  const escaped = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return {
    name: 'ascii',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) if (file.type === 'chunk') file.code = file.code.replace(/[^\0-\x7f]/g, escaped);
    },
  };
}

/** The licence texts of every package with code in the bundle; where one ships no text, what its package.json says. */
function notices() {
  return {
    name: 'notices',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      const folders = new Set(modules.filter((id) => id.includes('/node_modules/')).map(packageFolder));
      const texts = [...folders].sort().map(notice);
      this.emitFile({ type: 'asset', fileName: 'THIRD_PARTY_LICENSES.txt', source: texts.join(`\n${'-'.repeat(80)}\n\n`) });
    },
  };
}

function packageFolder(id) {
  let folder = dirname(id.replace(/^\0/, ''));
  while (!existsSync(join(folder, 'package.json')) || nameIn(folder) === undefined) folder = dirname(folder);
  return folder;
}

function nameIn(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name;
}

function notice(folder) {
  const { name, version, license, author, repository } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (license === undefined) throw new Error(`${name} does not say under which licence it is`);
  const file = readdirSync(folder).find((found) => /^(licen[cs]e|copying)/i.test(found));
  const text =
    file === undefined
      ? `By ${author?.name ?? author}, ${repository?.url ?? repository}`
      : readFileSync(join(folder, file), 'utf8');
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}
