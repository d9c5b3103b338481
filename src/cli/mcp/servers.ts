import { loadChain } from '../../chain/load.ts';
import { Failure, ToolError, UsageError } from '../../core/errors.ts';
import type { ServerSpec } from '../../core/tool.ts';
import { nearest } from '../../lib/nearest.ts';
import type { Server } from '../../tools/mcp/server.ts';
import type { Call } from '../command.ts';
import { loadOptions } from '../load-options.ts';
import { createRedactor, secretsOf } from '../redact.ts';
import { onSignals } from '../run/signals.ts';
import { requireTrust } from '../trust/require.ts';
import { declarePlace, placeOf } from './place.ts';

export { declarePlace };

/** The servers a command line names, and the words left for the command itself. */
export interface Named {
  readonly servers: readonly ServerSpec[];
  readonly words: readonly string[];
  /** The folder servers are told they may work in. */
  readonly dir: string;
}

/**
 * Those of a chain file, or the one given with `--url` or after `--`. With `start`, what a chain names must be trusted first;
 * what the user has typed is.
 */
export async function namedServers(call: Call, { start }: { readonly start: boolean }): Promise<Named> {
  const { io } = call;
  const place = placeOf(call);
  if ('spec' in place) return { servers: [place.spec], words: place.words, dir: io.cwd };
  const [file, ...words] = place.words;
  if (file === undefined) {
    throw new UsageError('no server is named', {
      help: 'name a chain file, or give --url <address>, or a command after --: promptchain mcp tools -- npx -y some-server',
    });
  }
  const chain = loadChain(file, loadOptions(call));
  const servers = Object.values(chain.servers);
  if (servers.length === 0) throw new UsageError(`${file} declares no MCP server`, { help: 'servers are declared under "mcp:"' });
  if (start) await requireTrust(call, chain, { trust: call.options.trust === true });
  return { servers, words, dir: chain.dir };
}

/** Starts one server for as long as `use` takes. Nothing of it is left afterwards, whatever happens. */
export async function withServer<T>(
  call: Call,
  spec: ServerSpec,
  dir: string,
  use: (server: Server, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { io, globals, err } = call;
  if (spec.missing !== undefined) {
    const names = spec.missing.map((name) => `"${name}"`).join(', ');
    throw new Failure(`the server "${spec.name}" needs ${names}, not set in the environment or .env`, {
      code: 'PC4020',
      reason: 'auth',
      help: Object.values(spec.reasons ?? {}).join('; ') || 'set it, or give it a default in the chain',
    });
  }
  const redact = createRedactor(secretsOf(io.env, [])).text;
  const log = (line: string): void => {
    if (globals.verbose) void err.write(redact(`server ${spec.name}: ${line}\n`));
  };
  const stop = new AbortController();
  const release = onSignals(call.process, (reason) => stop.abort(reason));
  let server: Server | undefined;
  try {
    const { openServer } = await import('../../tools/mcp/server.ts');
    server = await openServer(spec, { io, signal: stop.signal, roots: [dir], log });
    return await use(server, stop.signal);
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    await server?.close();
    release();
  }
}

/** The server a tool's name begins with; with one server alone its name may be left out. */
export function serverOf(tool: string, servers: readonly ServerSpec[]): ServerSpec {
  const found = servers.find(({ name }) => tool.startsWith(`${name}.`));
  const [only, second] = servers;
  if (found !== undefined) return found;
  if (only !== undefined && second === undefined) return only;
  const names = servers.map(({ name }) => name);
  const near = nearest(tool.split('.')[0] ?? tool, names);
  throw new ToolError(`no server has the tool "${tool}"`, {
    code: 'PC7001',
    reason: 'tool',
    help: near === undefined ? `the servers are: ${names.join(', ')}` : `did you mean the server "${near}"?`,
  });
}
