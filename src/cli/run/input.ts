import type { ChainUses } from '../../core/chain.ts';
import { UsageError } from '../../core/errors.ts';
import type { Call } from '../command.ts';
import type { RunFlags } from './flags.ts';
import { readStdin, readTextFile } from './read-text.ts';

export interface RunInput {
  readonly input: string;
  /** Present when the chain reads `{stdin}`. */
  readonly stdin?: string;
}

/**
 * The chain's input. Stdin is opened only when the chain needs it: with `--input` or `--input-file` and no `{stdin}` in the
 * chain an open, silent stdin cannot hang the run. Throws `UsageError` when an input is needed and nobody can be asked.
 */
export async function readInput(call: Call, flags: RunFlags, uses: Pick<ChainUses, 'input' | 'stdin'>): Promise<RunInput> {
  const own = ownInput(flags);
  const wantsStdin = uses.stdin || flags.input === '-' || (uses.input && own === undefined);
  if (!wantsStdin) return { input: own ?? '' };
  if (flags.chain === '-')
    throw new UsageError('stdin holds the chain and cannot be the input too', { code: 'PC2023', help: NAMES_INPUT });

  const stdin = isTerminal(call) ? await ask(call) : await readStdin(call.io, flags.maxInputBytes);
  const input = own ?? stdin;
  if (input === '' && uses.input) throw noInput();
  return uses.stdin ? { input, stdin } : { input };
}

/** True when `--input` or `--input-file` is given to a chain that reads no input. */
export function inputIsUnused(flags: RunFlags, uses: Pick<ChainUses, 'input' | 'stdin'>): boolean {
  return !uses.input && !(uses.stdin && flags.input === '-') && (flags.input !== undefined || flags.inputFile !== undefined);
}

const NAMES_INPUT = 'give it with --input <text> or --input-file <file>';

/** The input of `--input` or `--input-file`; undefined when it is to come from stdin. */
export function ownInput(flags: RunFlags): string | undefined {
  if (flags.inputFile !== undefined) return readTextFile(flags.inputFile, flags.maxInputBytes, '--input-file');
  return flags.input === '-' ? undefined : flags.input;
}

function isTerminal({ io }: Call): boolean {
  return io.stdin.isTTY === true;
}

async function ask(call: Call): Promise<string> {
  if (!call.interactive) throw noInput();
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: call.io.stdin, output: call.io.stderr });
  const stop = new AbortController();
  lines.on('SIGINT', () => {
    stop.abort();
    lines.close();
    call.process.kill(call.process.pid, 'SIGINT');
  });
  lines.on('close', () => stop.abort());
  try {
    return await lines.question('input: ', { signal: stop.signal });
  } catch {
    throw noInput();
  } finally {
    lines.close();
  }
}

function noInput(): UsageError {
  return new UsageError('the chain needs an input', { code: 'PC2023', help: `${NAMES_INPUT}, or pipe it in` });
}
