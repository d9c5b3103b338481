'use strict';

const {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} = require('node:fs');
const { dirname, isAbsolute, join } = require('node:path');

const KEEP_MS = 30 * 24 * 60 * 60 * 1000;

/** Characters: below that, reading the compiled code costs as much as compiling, and `--help` writes nothing to the disk. */
const WORTH_KEEPING = 16_384;

/** Modules of Node that cost a millisecond or more to load, which most commands need none or few of. */
const COSTLY = new Set([
  'child_process',
  'crypto',
  'fs/promises',
  'http',
  'https',
  'net',
  'readline/promises',
  'tls',
  'tty',
  'worker_threads',
  'zlib',
]);

/**
 * A `require` for the bundle's chunks that keeps V8's compiled code in the user's cache folder: compiling is half of what
 * a start costs. Names of chunks hold a hash of their content, so a name found in the cache is this very code. `main.cjs` alone
 * has none, and is never kept.
 *
 * Nothing here may fail a run: without a folder that is the user's own and closed to others, code is compiled as ever. Node
 * 22.8 has `module.enableCompileCache()` for this, but lets any folder do and leaves the files' modes to the umask.
 */
exports.chunkLoader = (chunks) => {
  const cache = process.env.NODE_DISABLE_COMPILE_CACHE ? undefined : cacheFolder();
  if (cache === undefined) return (id) => require(join(chunks, id));
  return cachingLoader(chunks, join(cache, `${process.version}-${process.arch}`));
};

/** Where `cli/paths.ts` has its cache folder, worked out without loading it. */
function cacheFolder() {
  const { PROMPTCHAIN_HOME: home, XDG_CACHE_HOME: xdg, HOME: user } = process.env;
  if (home) return isAbsolute(home) ? join(home, 'cache/code') : undefined;
  if (xdg && isAbsolute(xdg)) return join(xdg, 'promptchain/code');
  return user && isAbsolute(user) ? join(user, '.cache/promptchain/code') : undefined;
}

function cachingLoader(chunks, folder) {
  const vm = require('node:vm');
  const readable = isPrivate(folder);
  const loaded = new Map();
  const used = [];
  process.once('exit', () => save(folder, used));
  return load;

  function load(id) {
    if (!id.startsWith('./')) return COSTLY.has(id.replace('node:', '')) ? late(() => require(id)) : require(id);
    return id.startsWith('./late-') ? late(() => chunk(id)) : chunk(id);
  }

  function chunk(id) {
    const known = loaded.get(id);
    if (known !== undefined) return known.exports;
    const filename = join(chunks, id);
    const source = readFileSync(filename, 'latin1'); // The bundler leaves ASCII only: this is read twice as fast as UTF-8.
    const kept = source.length >= WORTH_KEEPING && id !== './main.cjs';
    const cachedData = kept && readable ? read(join(folder, id)) : undefined;
    const script = new vm.Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
      filename,
      cachedData,
    });
    if (kept) used.push({ id, script, isNew: cachedData === undefined || script.cachedDataRejected });
    const module = { exports: {} };
    loaded.set(id, module);
    script.runInThisContext().call(module.exports, module.exports, load, module, filename, chunks);
    return module.exports;
  }
}

/** A module that is loaded when something of it is first used. */
function late(module) {
  return new Proxy(
    {},
    {
      get: (_, name) => module()[name],
      has: (_, name) => name in module(),
      ownKeys: () => Reflect.ownKeys(module()),
      getOwnPropertyDescriptor: (_, name) => ({ ...Reflect.getOwnPropertyDescriptor(module(), name), configurable: true }),
    },
  );
}

/** Ours and closed to others: cached code is code. */
function isPrivate(folder) {
  try {
    const found = lstatSync(folder);
    return (
      found.isDirectory() && (process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o022) === 0))
    );
  } catch {
    return false;
  }
}

/**
 * The data stands in the file twice and both must agree: V8 takes a flipped bit for code and crashes, and any checksum
 * computed here costs more than comparing.
 */
function read(file) {
  try {
    const twice = readFileSync(file);
    const half = twice.length / 2;
    const data = twice.subarray(0, half);
    return Number.isInteger(half) && data.equals(twice.subarray(half)) ? data : undefined;
  } catch {
    return undefined;
  }
}

/**
 * At exit, when everything that matters to the user is done; by then functions that ran are in the data as well. Each command
 * runs others, so the first time that one is used, all its chunks are kept again, with what it added to what was there.
 */
function save(folder, used) {
  if (used.length === 0) return;
  const seen = join(folder, `${used[0].id}.${commandWord()}`);
  const grows = process.uptime() < STILL_COMPILED_S && !existsSync(seen);
  const chunks = grows ? used : used.filter(({ isNew }) => isNew);
  if (chunks.length === 0) return;
  try {
    makeFolder(folder);
    if (!isPrivate(folder)) return;
    for (const { id, script } of chunks) write(join(folder, id), script.createCachedData());
    if (grows) writeFileSync(seen, '', { mode: 0o600 });
    removeOld(folder);
  } catch {
    // A full disk, a read-only home: the next start compiles again.
  }
}

/** V8 drops what a long run has not used for a while. */
const STILL_COMPILED_S = 30;

/** Of the command line; a file's name whatever was typed. */
function commandWord() {
  const word = process.argv[2] ?? '';
  return /^[a-z]{1,20}$/.test(word) ? word : 'other';
}

/** Node's own `recursive` never returns where a folder that exists says of a new one in it that it does not (`/proc`). */
function makeFolder(folder) {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder, 0o700);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}

function write(file, data) {
  const temporary = `${file}.${process.pid}`;
  const handle = openSync(temporary, 'wx', 0o600);
  try {
    if (writeSync(handle, data) + writeSync(handle, data) !== 2 * data.length) throw new Error('short write');
    fsyncSync(handle);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
}

/** What other versions left: anything older than a month, of this Node and of others. */
function removeOld(folder) {
  const all = join(folder, '..');
  for (const name of readdirSync(all)) {
    for (const file of readdirSync(join(all, name))) {
      const path = join(all, name, file);
      if (Date.now() - lstatSync(path).mtimeMs > KEEP_MS) rmSync(path, { force: true, recursive: true });
    }
  }
}
