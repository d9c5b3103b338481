import { readFileSync } from 'node:fs';
import { StoreError, UsageError } from '../../core/errors.ts';
import { isJsonObject } from '../../core/json.ts';
import { fileCause } from '../../lib/file-cause.ts';
import { openFileOutput } from '../run/file-output.ts';
import type { Exchange } from './exchange.ts';

/** Of the lines of a cassette: raised when an older program could misread them. */
const VERSION = 1;

/** A cassette being written: JSON lines, readable by its owner alone, in place only once it is finished. */
export interface CassetteWriter {
  add(exchange: Exchange): void;
  /** Throws when not everything could be written. */
  finish(): void;
  discard(): void;
}

/** `before` is what an earlier part of the same run has recorded. */
export function writeCassette(file: string, chain: string, before: readonly Exchange[]): CassetteWriter {
  const output = openFileOutput(file, 0o600);
  const line = (value: unknown): void => void output.write(`${JSON.stringify(value)}\n`);
  line({ cassette: VERSION, chain });
  before.forEach(line);
  return {
    add: line,
    finish() {
      try {
        output.commit();
      } catch (cause) {
        throw new StoreError(`the cassette could not be written: ${fileCause((cause as Error).cause)}`, {
          code: 'PC8204',
          cause,
        });
      }
    },
    discard: () => output.discard(),
  };
}

/** Everything in a cassette, in the order it was recorded. Throws `UsageError` for what is none. */
export function readCassette(file: string, shown: string): readonly Exchange[] {
  const [head = '', ...lines] = textOf(file, shown).split('\n');
  const version = parsed(head)?.cassette;
  if (typeof version !== 'number') throw notOne(shown, 'its first line does not say so');
  if (version > VERSION) throw notOne(shown, `it is of version ${version}, and this program reads ${VERSION}`);
  if (lines.at(-1) !== '') throw notOne(shown, 'its last line was cut off');
  return lines.slice(0, -1).map((line, index) => {
    const value = parsed(line);
    if (value === undefined || !KINDS.has(String(value.kind)) || typeof value.key !== 'string' || !isJsonObject(value.request)) {
      throw notOne(shown, `line ${index + 2} is damaged`);
    }
    return value as unknown as Exchange;
  });
}

const KINDS: ReadonlySet<string> = new Set<Exchange['kind']>(['model', 'tools', 'call']);

function textOf(file: string, shown: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`cannot read the cassette "${shown}": ${fileCause(cause)}`, {
      code: 'PC8201',
      help: `record it with: promptchain run … --record ${shown}`,
      cause,
    });
  }
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function notOne(shown: string, why: string): UsageError {
  return new UsageError(`"${shown}" is no cassette that can be replayed: ${why}`, {
    code: 'PC8201',
    help: 'record it anew with --record',
  });
}
