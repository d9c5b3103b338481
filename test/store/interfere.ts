import fs from 'node:fs';
import { open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Loaded before a program with `--import`: counts the calls that change files and at the one with the number in
 * `INTERFERE_AT` dies as by `kill -9`, or fails with the error in `INTERFERE_WITH`, such as `ENOSPC`. A failing write stops
 * short first, as a full disk makes it. Calls named in `INTERFERE_ALWAYS` fail each time.
 */
const at = Number(process.env.INTERFERE_AT);
const always = process.env.INTERFERE_ALWAYS?.split(' ') ?? [];
const errno = process.env.INTERFERE_WITH ?? 'SIGKILL';
let calls = 0;

type Call = (...args: never[]) => unknown;

const SYNC = [
  'linkSync',
  'unlinkSync',
  'openSync',
  'writeSync',
  'fchmodSync',
  'closeSync',
  'mkdirSync',
  'chmodSync',
  'fsyncSync',
  'ftruncateSync',
  'rmSync',
];
const ASYNC = ['open', 'rename', 'rm'];
const HANDLE = ['write', 'datasync', 'sync', 'chmod', 'truncate'];

const { writeSync } = fs;
process.on('exit', () => {
  if (calls < at) writeSync(2, 'no such call\n');
});

const handle = await open(process.execPath, 'r');
const handleMethods = Object.getPrototypeOf(handle) as Record<string, Call>;
await handle.close();

for (const name of SYNC)
  wrap(fs as unknown as Record<string, Call>, name, (failure) => {
    throw failure;
  });
for (const name of ASYNC) wrap(fs.promises as unknown as Record<string, Call>, name, (failure) => Promise.reject(failure));
for (const name of HANDLE) wrap(handleMethods, name, (failure) => Promise.reject(failure));
syncBuiltinESMExports();

function wrap(owner: Record<string, Call>, name: string, fail: (failure: Error) => unknown): void {
  const call = owner[name];
  if (call === undefined) throw new Error(`there is no ${name}`);
  owner[name] = function interfered(this: unknown, ...args: never[]): unknown {
    calls += 1;
    if (calls !== at && !always.includes(name)) return call.apply(this, args);
    if (name === 'write') half(this, args);
    if (errno === 'SIGKILL') process.kill(process.pid, 'SIGKILL');
    return fail(Object.assign(new Error(`${errno}: ${name}`), { code: errno }));
  };
}

/** Puts the first half of a line into the file and leaves it there. */
function half(target: unknown, [bytes, offset, length, position]: readonly unknown[]): void {
  const { fd } = target as { fd: number };
  writeSync(fd, bytes as Buffer, offset as number, Math.floor(Number(length) / 2), position as number);
}
