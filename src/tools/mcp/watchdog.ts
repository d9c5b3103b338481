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

/**
 * Whoever reads "done" has nothing to do. A server that sees its input closed has a second to end by itself. Looked for are its
 * group, its session and, where there is `/proc`, its children; an orphan in a session of its own is not found.
 */
const SCRIPT = `
read -r word && exit 0
leader=$1
found=
look() {
  for stat in /proc/[0-9]*/stat; do
    read -r line <"$stat" || continue
    set -- \${line%% *} \${line##*) }
    case " $leader$found " in
      *" $1 "*) ;;
      *" $3 "*) found="$found $1" ;;
      *) if [ "$5" = "$leader" ]; then found="$found $1"; fi ;;
    esac
  done
}
look; look
sleep 1
look
kill -s TERM -- "-$leader" $found
sleep 1
look
kill -s KILL -- "-$leader" $found
`;

function ending(shell: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    shell.once('error', () => resolve());
    shell.once('exit', () => resolve());
  });
}
