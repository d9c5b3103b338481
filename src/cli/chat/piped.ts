import { addAbortSignal } from 'node:stream';
import { UsageError } from '../../core/errors.ts';
import type { Io } from '../../core/io.ts';

/** Messages that come through a pipe or from a file: each line is one, as it stands. Ends early when the signal aborts. */
export async function* pipedMessages(io: Io, maxBytes: number, signal: AbortSignal): AsyncGenerator<string, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let lineNumber = 1;
  try {
    for await (const chunk of addAbortSignal(signal, io.stdin)) {
      const lines = (rest + decode(typeof chunk === 'string' ? Buffer.from(chunk) : chunk, true)).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > maxBytes)
        throw new UsageError(`line ${lineNumber + lines.length} of stdin is too long`, { code: 'PC2021' });
      for (const line of lines) {
        yield* messageIn(line);
        lineNumber += 1;
        if (signal.aborted) return;
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    return;
  }
  yield* messageIn(rest + decode(new Uint8Array(), false));

  function decode(bytes: Uint8Array, stream: boolean): string {
    try {
      return decoder.decode(bytes, { stream });
    } catch {
      throw new UsageError(`stdin is not UTF-8 text, in line ${lineNumber} or after it`, {
        code: 'PC2021',
        help: 'convert it first, for example with: iconv -t UTF-8',
      });
    }
  }
}

function* messageIn(line: string): Generator<string, void> {
  const text = line.replace(/\r$/, '');
  if (text.trim() !== '') yield text;
}
