import { UsageError } from '../core/errors.ts';
import type { Clock, Io } from '../core/io.ts';
import { packageDir } from './package-dir.ts';

/** The world of a real process. The streams are opened when they are first used: a stdin that nobody needs stays closed. */
export function ioFrom(process: NodeJS.Process, options: { readonly env: Io['env']; readonly cwd: string }): Io {
  return {
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    env: options.env,
    cwd: options.cwd,
    clock,
    random: Math.random,
    packageDir: packageDir(),
  };
}

/** The working folder, which may have been deleted since the shell entered it. */
export function workingDir(process: NodeJS.Process): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new UsageError('the working folder no longer exists', {
      code: 'PC2009',
      help: 'change to a folder that exists, or use -C <dir>',
      cause,
    });
  }
}

const clock: Clock = {
  now: () => Date.now(),
  // Not `performance.now()`, whose first use costs 3 ms.
  elapsed: () => Number(process.hrtime.bigint()) / 1e6,
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const stop = (): void => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop);
        resolve();
      }, ms);
      signal.addEventListener('abort', stop, { once: true });
    });
  },
};
