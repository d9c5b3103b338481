import { resolve } from 'node:path';
import { type MemoryStore, openMemory } from '../../store/memory.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import type { Call, Verb } from '../command.ts';
import { memoryFile } from '../paths.ts';

/** Declares the options that say which store and which namespace a verb is about. */
export function declarePlace(parser: Parameters<NonNullable<Verb['configure']>>[0]): void {
  declareStore(parser);
  parser.option('--namespace <name>', 'the namespace (default: PROMPTCHAIN_MEMORY, the configuration, then "default")');
}

export function declareStore(parser: Parameters<NonNullable<Verb['configure']>>[0]): void {
  parser.option('--store <file>', 'another store than the default one');
}

export function storeFile({ options, io, paths }: Call): string {
  return options.store === undefined ? memoryFile(paths) : resolve(io.cwd, options.store);
}

export function openStore(call: Call): MemoryStore {
  return openMemory(storeFile(call), { warn: (message) => void note(call, message) });
}

/** As for `promptchain run`: the flag, the environment, the configuration, `default`. */
export function namespaceOf({ options, io, settings }: Call): string {
  return options.namespace ?? (io.env.PROMPTCHAIN_MEMORY || settings.config.memory || 'default');
}

/** A sentence for people, on stderr. */
export async function note({ err, globals }: Call, message: string): Promise<void> {
  if (!globals.quiet) await err.write(`${sanitize(message)}\n`);
}

/** Text on stdout, exact in a pipe, without control sequences on a terminal. */
export async function print({ out }: Call, text: string): Promise<void> {
  await out.write(`${out.isTTY ? sanitize(text) : text}\n`);
}
