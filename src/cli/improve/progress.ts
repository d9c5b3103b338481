import type { ImproveEvent } from '../../engineer/improve/improve.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import type { Call } from '../command.ts';

/** Tells on stderr what is going on, a line each. */
export interface Progress {
  write(name: string, event: ImproveEvent): Promise<void>;
}

export function openProgress({ err, paint, globals }: Call, { json }: { readonly json: boolean }): Progress {
  const isSilent = globals.quiet || (json && !err.isTTY && !globals.verbose);
  return {
    async write(name, event) {
      const line = isSilent ? undefined : lineOf(event, globals.verbose);
      if (line !== undefined) await err.write(`${paint.dim(sanitize(name))} ${sanitize(line)}\n`);
    },
  };
}

function lineOf(event: ImproveEvent, verbose: boolean): string | undefined {
  switch (event.type) {
    case 'answer': {
      const cost = event.costUsd === null ? 'unknown cost' : `$${event.costUsd.toFixed(4)}`;
      return verbose ? `${event.role} answered (${cost})` : undefined;
    }
    case 'critique':
      return `round ${event.iteration}: ${counted(event.criticism.length, 'problem')}, ${counted(event.lint.length, 'lint finding')}`;
    case 'revision':
      return `round ${event.iteration}: ${event.hunks.length === 0 ? 'written anew' : counted(event.hunks.length, 'change')}`;
    case 'refused':
      return `round ${event.iteration}: the edit was refused (${event.guard}): ${event.problem}`;
    case 'decision': {
      const { wins, losses, ties } = event;
      return `round ${event.iteration}: ${event.accepted ? 'taken' : 'not taken'}, new ${wins} : ${losses} old, ${counted(ties, 'tie')}`;
    }
  }
}

export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
