import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../../core/errors.ts';
import { isLoopback } from '../../serve/guards/host.ts';
import { TOKEN_FORM } from '../../serve/guards/token.ts';
import type { Call } from '../command.ts';
import type { ServeFlags } from './flags.ts';

/** The token that clients must send. Throws `UsageError` where one is needed and none is given. */
export function serveToken(
  { io }: Pick<Call, 'io'>,
  { host, tokenFile }: Pick<ServeFlags, 'host' | 'tokenFile'>,
): string | undefined {
  // A variable without a value is one that is not set; a file without a token would leave the server open to everybody.
  const token =
    tokenFile === undefined ? io.env.PROMPTCHAIN_SERVE_TOKEN || undefined : readToken(resolve(io.cwd, tokenFile), tokenFile);
  if (token === undefined) {
    if (isLoopback(host)) return undefined;
    throw new UsageError(`${host} can be reached from other machines, and no token is set`, {
      code: 'PC2271',
      help: 'give one with --token-file or PROMPTCHAIN_SERVE_TOKEN, such as: openssl rand -hex 32',
    });
  }
  if (TOKEN_FORM.test(token)) return token;
  throw new UsageError('the token is not one: 16 to 512 letters, digits and ._~+- are taken', {
    code: 'PC2271',
    help: 'make one with: openssl rand -hex 32',
  });
}

function readToken(file: string, shown: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new UsageError(`the token file ${shown} cannot be read: ${(cause as Error).message}`, { code: 'PC2271', cause });
  }
}
