/** Makes messages of lines. */
export interface Gathering {
  /** A message that this line completes; undefined while more belongs to it. A pasted line never completes one. */
  add(line: string, pasted: boolean): string | undefined;
  /** Lines are there that belong to a message not yet complete. */
  readonly isOpen: boolean;
  clear(): void;
}

/**
 * A line is a message. Several are one when a line ends in a backslash, when they stand between lines of `"""`, or when they
 * were pasted together; what was pasted means what it says.
 */
export function createGathering(): Gathering {
  let lines: string[] = [];
  let inBlock = false;

  const complete = (): string => {
    const message = lines.join('\n');
    lines = [];
    inBlock = false;
    return message;
  };
  return {
    add(line, pasted) {
      if (pasted) {
        lines.push(line);
        return undefined;
      }
      if (inBlock) return endsBlock(line);
      if (lines.length === 0 && line.trimStart().startsWith(FENCE)) {
        inBlock = true;
        const rest = line.trimStart().slice(FENCE.length);
        return rest.trim() === '' ? undefined : endsBlock(rest);
      }
      const goesOn = /(?<!\\)\\$/.test(line);
      lines.push(goesOn ? line.slice(0, -1) : line);
      return goesOn ? undefined : complete();
    },
    get isOpen() {
      return inBlock || lines.length > 0;
    },
    clear: () => void complete(),
  };

  function endsBlock(line: string): string | undefined {
    const ends = line.trimEnd().endsWith(FENCE);
    const rest = ends ? line.trimEnd().slice(0, -FENCE.length) : line;
    if (!ends || rest !== '') lines.push(rest);
    return ends ? complete() : undefined;
  }
}

const FENCE = '"""';
