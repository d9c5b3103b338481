import type { Chain } from '../../core/chain.ts';
import type { Scope } from '../../core/scope.ts';
import type { ServerSpec } from '../../core/tool.ts';
import { bodiesIn, chainsIn } from '../../lib/chains.ts';
import { localPrograms } from '../../lib/local-programs.ts';

/** One thing a chain starts on this machine, or one server that it connects to. */
export interface Runnable {
  readonly what: 'command' | 'function' | 'server';
  /** The chain file it is in. */
  readonly file: string;
  /** Of the step, the tool or the server. */
  readonly name: string;
  /** The command line, `./file.mjs#name`, or the address. */
  readonly text: string;
  /** Absolute paths of the files it names that are there. */
  readonly files: readonly string[];
}

/** All that running a chain may run, sub-chains and tools included. Servers count though no step reaches them: `promptchain mcp` does. */
export function whatRuns(chain: Chain): readonly Runnable[] {
  return chainsIn(chain).flatMap((each) => [
    ...bodiesIn(each).flatMap(({ name, body }): Runnable[] =>
      body.runs === undefined
        ? []
        : [{ what: body.runs, file: each.file, name, text: body.preview?.(NOTHING) ?? '', files: body.files?.() ?? [] }],
    ),
    ...Object.values(each.servers).map(
      (server): Runnable => ({ what: 'server', file: each.file, name: server.name, ...describe(server) }),
    ),
  ]);
}

/** Commands and functions show themselves without any value of a run. */
const NOTHING: Scope = { input: '', inputs: {}, steps: {}, memory: {}, run: { id: '', steps: 0 }, history: '', user: '' };

function describe(server: ServerSpec): Pick<Runnable, 'text' | 'files'> {
  if (server.transport !== 'stdio') return { text: server.url, files: [] };
  const { command, args, cwd } = server;
  return { text: [command, ...args].join(' '), files: localPrograms([command, ...args], cwd) };
}
