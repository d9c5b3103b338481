/** Cuts a stream of bytes into lines. One longer than `longest` bytes is not kept: `overflow` is called, once, and no line after. */
export function lineReader(
  longest: number,
  line: (text: string) => void,
  overflow: (bytes: number) => void,
): { push(chunk: Buffer): void } {
  let parts: Buffer[] = [];
  let length = 0;
  let stopped = false;
  const take = (part: Buffer): boolean => {
    length += part.length;
    if (length <= longest) {
      parts.push(part);
      return true;
    }
    stopped = true;
    parts = [];
    overflow(length);
    return false;
  };
  return {
    push(chunk) {
      let from = 0;
      while (!stopped) {
        const at = chunk.indexOf(NEWLINE, from);
        if (at === -1) {
          if (from < chunk.length) take(chunk.subarray(from));
          return;
        }
        if (!take(chunk.subarray(from, at))) return;
        const text = Buffer.concat(parts).toString('utf8').replace(/\r$/, '');
        parts = [];
        length = 0;
        from = at + 1;
        line(text);
      }
    },
  };
}

const NEWLINE = 0x0a;
