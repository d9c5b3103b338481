import { InvalidArgumentError, type Command as Parser } from 'commander';
import type { Call } from '../command.ts';
import type { RunFlags } from '../run/flags.ts';
import { declareLimitFlags, limitsIn } from '../run/limit-flags.ts';
import { declareWorldFlags, type WorldFlags, worldFlags } from '../run/world-flags.ts';

/** The options of `serve`. */
export interface ServeFlags extends WorldFlags, Pick<RunFlags, 'limits' | 'memory'> {
  /** As given: paths. */
  readonly chains: readonly string[];
  readonly host: string;
  readonly port: number;
}

export function declareServeFlags(parser: Parser): void {
  parser
    .argument('<chain...>', 'chain files')
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('-p, --port <n>', 'the port, 0 for any that is free', port, 8080)
    .option('--memory <namespace|path>', 'use this memory namespace, or this store')
    .option('--no-memory', 'start each run with an empty memory and keep nothing');
  declareLimitFlags(parser);
  declareWorldFlags(parser);
}

export function serveFlags(call: Call): ServeFlags {
  const { args, options } = call;
  return {
    ...worldFlags(call),
    chains: args,
    host: options.host as string,
    port: options.port as number,
    limits: limitsIn(options),
    ...(options.memory === undefined || options.memory === true ? {} : { memory: options.memory as string | false }),
  };
}

function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new InvalidArgumentError('It is not a port.');
}
