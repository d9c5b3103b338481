import { type ChildProcess, spawn } from 'node:child_process';

/**
 * A shell that waits on a pipe from us and, should we end without a word (`kill -9`), ends a server that does not end by
 * itself. Costs one small process for each server; there is none on Windows.
 */
export function watch(leader: number): { release(): Promise<void> } {
  if (process.platform === 'win32') return { release: async () => undefined };
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'promptchain-watchdog', String(leader)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    cwd: '/',
  });
  shell.stdin?.on('error', () => undefined);
  const gone = ending(shell);
  return {
    release() {
      shell.stdin?.end('done\n');
      return gone;
    },
  };
}

/** Whoever reads "done" has nothing to do. Descendants are looked up before anything ends, since an orphan has no parent to be found by. */
const SCRIPT = `
read -r word && exit 0
below() { for child in $(cat /proc/"$1"/task/*/children 2>/dev/null); do echo "$child"; below "$child"; done; }
others=$(below "$1")
sleep 1
others="$others $(below "$1")"
kill -s TERM -- "-$1" $others 2>/dev/null
sleep 1
kill -s KILL -- "-$1" $others 2>/dev/null
`;

function ending(shell: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    shell.once('error', () => resolve());
    shell.once('exit', () => resolve());
  });
}
