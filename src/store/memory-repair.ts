import { readFile } from 'node:fs/promises';
import { Failure } from '../core/errors.ts';
import { decodeLine } from './memory-line.ts';
import { type Log, linesOf, verifyLog, wholeHead } from './memory-log.ts';
import { applyLine, encodeState, type State } from './memory-state.ts';
import { exclusively, type Patience, replaceFile, setTornAside } from './memory-write.ts';

export interface Repair {
  /** Where the store as it was found is kept; undefined when nothing was wrong with it. */
  readonly aside?: string;
  /** Keys in the store now. */
  readonly keys: number;
  /** Lines that could not be kept. What they set is lost, or as it was before them. */
  readonly lost: readonly { readonly line: number; readonly byte: number; readonly bytes: number }[];
}

/** Keeps every line that is as it was written, in order, and the file as it was found beside the store. */
export function repairStore(file: string, patience: Patience): Promise<Repair> {
  return exclusively(file, patience, async (store) => {
    const bytes = await readFile(store);
    const log = soundLog(bytes, store);
    const { state, lost } = salvage(bytes);
    const keys = [...state.values()].reduce((total, { size }) => total + size, 0);
    if (log !== undefined && log.torn === 0) return { keys, lost: [] };
    if (log !== undefined) return { keys, lost, aside: await setTornAside(store, log) };
    const aside = `${store}.damaged-${Date.now()}`;
    await replaceFile(aside, bytes);
    await replaceFile(store, encodeState(state));
    return { keys, lost, aside };
  });
}

function soundLog(bytes: Buffer, store: string): Log | undefined {
  try {
    return verifyLog(bytes, store);
  } catch (error) {
    if (error instanceof Failure && error.code === 'PC8001') return undefined;
    throw error;
  }
}

function salvage(bytes: Buffer): { readonly state: State; readonly lost: Repair['lost'] } {
  const state: State = new Map();
  const lost: { line: number; byte: number; bytes: number }[] = [];
  let end = 0;
  let last = 0;
  for (const { line, start, number } of linesOf(bytes)) {
    end = start + line.length;
    last = number;
    if (wholeHead(line) === undefined) lost.push({ line: number, byte: start, bytes: line.length });
    else applyLine(state, decodeLine(line));
  }
  if (end < bytes.length) lost.push({ line: last + 1, byte: end, bytes: bytes.length - end });
  return { state, lost };
}
