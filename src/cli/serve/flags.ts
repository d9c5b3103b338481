import { InvalidArgumentError, Option, type Command as Parser } from 'commander';
import type { Rate } from '../../serve/guards/rate.ts';
import type { Call } from '../command.ts';
import type { RunFlags } from '../run/flags.ts';
import { declareLimitFlags, limitsIn } from '../run/limit-flags.ts';
import { collect, declareChainFlags, declarePermissionFlags, type WorldFlags, worldFlags } from '../run/world-flags.ts';
import { count, durationMs, hostName, listenHost, listenPort, rate, size } from './flag-values.ts';
import { type Overrides, overridesIn } from './overrides.ts';

/** The options of `serve`. */
export interface ServeFlags extends WorldFlags, Pick<RunFlags, 'limits' | 'memory' | 'save' | 'cache'> {
  /** As given: paths. */
  readonly chains: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly allowHosts: readonly string[];
  readonly allowOrigins: readonly string[];
  readonly tokenFile?: string;
  readonly overrides: Overrides;
  readonly showMemory: boolean;
  readonly showLog: boolean;
  readonly rate?: Rate;
  readonly maxRuns: number;
  readonly maxRunsPerClient: number;
  readonly maxBodyBytes: number;
  readonly requestTimeoutMs: number;
  readonly dropAfterMs: number;
  readonly heartbeatMs: number;
  readonly graceMs: number;
}

export function declareServeFlags(parser: Parser): void {
  parser
    .argument('<chain...>', 'chain files')
    .option('--host <address>', 'the address to listen on; beyond this machine a token is needed', listenHost, '127.0.0.1')
    .option('-p, --port <n>', 'the port, 0 for any that is free', listenPort, 8080)
    .option('--token-file <file>', 'clients must send the token in this file (or in PROMPTCHAIN_SERVE_TOKEN)')
    .option('--allow-host <name>', 'also answer requests for this host name', hostNames, [])
    .option('--allow-origin <origin>', 'let pages of this origin ask, such as https://app.example.com', origins, [])
    .option('--allow-override <names>', 'what clients may set: model=openai/*,temperature,max_tokens', collect, [])
    .option('--show-memory', 'let clients read what is in the memory store')
    .option('--rate <n/period>', 'requests that one client may make, such as 60/m', rate)
    .option('--max-runs <n>', 'runs at once', count, 500)
    .option('--max-runs-per-client <n>', 'runs at once of one client (default: as many as of all)', count)
    .addOption(measured('--max-body <size>', 'refuse larger requests, such as 500kb', size, '4mb'))
    .addOption(measured('--request-timeout <duration>', 'how long a request may take to arrive', durationMs, '30s'))
    .addOption(measured('--drop-after <duration>', 'hang up on a client that takes nothing for so long', durationMs, '30s'))
    .addOption(measured('--heartbeat <duration>', 'send a comment on a silent stream so often', durationMs, '15s'))
    .addOption(measured('--grace <duration>', 'how long runs may go on once the server is told to stop', durationMs, '10s'));
  declareServedFlags(parser);
}

/** Its default is shown as one would write it. */
function measured(flags: string, description: string, parse: (text: string) => number, initial: string): Option {
  return new Option(flags, description).argParser(parse).default(parse(initial), initial);
}

/** Those about the runs of a server, whoever asks for them. */
export function declareServedFlags(parser: Parser): void {
  parser
    .option('--memory <namespace|path>', 'use this memory namespace, or this store')
    .option('--no-memory', 'start each run with an empty memory and keep nothing')
    .option('--show-log', 'let clients see what commands and functions write for people, and why they failed')
    .option('--no-save', 'write no run journals')
    .option('--no-cache', 'ask models also where a step would take an earlier answer');
  declareLimitFlags(parser);
  declareChainFlags(parser);
  declarePermissionFlags(parser);
}

/** Throws `UsageError` for values that are none. */
export function serveFlags(call: Call): ServeFlags {
  const { args, options } = call;
  return {
    ...worldFlags(call),
    chains: args,
    host: options.host as string,
    port: options.port as number,
    allowHosts: options.allowHost,
    allowOrigins: options.allowOrigin,
    ...(options.tokenFile === undefined ? {} : { tokenFile: options.tokenFile as string }),
    overrides: overridesIn(options.allowOverride),
    showMemory: options.showMemory === true,
    showLog: options.showLog === true,
    ...(options.rate === undefined ? {} : { rate: options.rate as Rate }),
    maxRuns: options.maxRuns as number,
    maxRunsPerClient: (options.maxRunsPerClient ?? options.maxRuns) as number,
    maxBodyBytes: options.maxBody as number,
    requestTimeoutMs: options.requestTimeout as number,
    dropAfterMs: options.dropAfter as number,
    heartbeatMs: options.heartbeat as number,
    graceMs: options.grace as number,
    limits: limitsIn(options),
    save: options.save !== false,
    cache: options.cache !== false,
    ...(options.memory === undefined || options.memory === true ? {} : { memory: options.memory as string | false }),
  };
}

function hostNames(text: string, before: readonly string[]): readonly string[] {
  return [...before, hostName(text)];
}

function origins(text: string, before: readonly string[]): readonly string[] {
  if (URL.canParse(text) && new URL(text).origin === text) return [...before, text];
  throw new InvalidArgumentError('It is not an origin, such as https://app.example.com.');
}
