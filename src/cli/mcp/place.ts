import type { Command as Parser } from 'commander';
import { UsageError } from '../../core/errors.ts';
import type { ServerSpec } from '../../core/tool.ts';
import type { Call } from '../command.ts';

/** Where the servers are: options for one that no chain names. */
export function declarePlace(parser: Parser): void {
  parser
    .option('--url <address>', 'a server at this address, instead of those of a chain')
    .option('--sse', 'that server speaks the old SSE transport')
    .option('--header <name: value>', 'sent with every request to it', collect, [])
    .option('--trust', 'trust the chain: let it run its servers, commands and functions from now on')
    .option('--json', 'print JSON');
}

/** A server given on the command line, or nothing but words, the first of which names a chain. */
export function placeOf(
  call: Call,
): { readonly spec: ServerSpec; readonly words: readonly string[] } | { readonly words: readonly string[] } {
  const { options, io } = call;
  const { words, command } = split(call);
  const url = options.url as string | undefined;
  if (url !== undefined && command.length > 0) throw new UsageError('--url and a command after -- name two servers');
  if (url === undefined && (options.sse === true || options.header.length > 0)) {
    throw new UsageError('--sse and --header belong to --url');
  }
  if (url !== undefined) {
    if (!URL.canParse(url) || !/^https?:/.test(url)) throw new UsageError(`--url: "${url}" is not an http or https address`);
    const headers = Object.fromEntries((options.header as readonly string[]).map(header));
    return { spec: { name: NAME, transport: options.sse === true ? 'sse' : 'http', url, headers }, words };
  }
  const [program, ...args] = command;
  if (program === undefined) return { words };
  return { spec: { name: NAME, transport: 'stdio', command: program, args, env: {}, cwd: io.cwd }, words };
}

/** What a server without an entry is called. */
const NAME = 'server';

/** The words after `--`, which the parser gives among the others. */
function split({ args, process }: Call): { readonly words: readonly string[]; readonly command: readonly string[] } {
  const at = process.argv.indexOf('--');
  const count = at === -1 ? 0 : process.argv.length - at - 1;
  return { words: args.slice(0, args.length - count), command: args.slice(args.length - count) };
}

function header(text: string): readonly [string, string] {
  const colon = text.indexOf(':');
  if (colon <= 0) throw new UsageError(`--header: "${text}" is not of the form "Name: value"`);
  return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}
