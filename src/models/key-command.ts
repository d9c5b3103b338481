import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ModelError } from '../core/errors.ts';

const TIMEOUT_MS = 60_000;

/** The key that a password manager prints. Run without a shell; its output is never shown. */
export async function runKeyCommand(command: readonly string[], provider: string): Promise<string> {
  const [program = '', ...args] = command;
  const key = await promisify(execFile)(program, args, { timeout: TIMEOUT_MS, windowsHide: true, maxBuffer: 64 * 1024 }).then(
    ({ stdout }) => stdout.trim(),
    (error: NodeJS.ErrnoException & { killed?: boolean }) => {
      throw failed(
        provider,
        program,
        error.killed === true ? `did not end within ${TIMEOUT_MS / 1000} s` : `failed (${error.code ?? 'signal'})`,
      );
    },
  );
  if (key === '') throw failed(provider, program, 'printed nothing');
  return key;
}

function failed(provider: string, program: string, how: string): ModelError {
  return new ModelError(`the api_key_command of provider "${provider}" (${program}) ${how}`, {
    code: 'PC4005',
    reason: 'auth',
    provider,
    help: 'run it yourself to see why',
  });
}
