import type { ImproveEvent } from '../../engineer/improve/improve.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import type { Call } from '../command.ts';
import { counted } from './counted.ts';
import { pairsOf, votesOf } from './present.ts';

/** Tells on stderr what is going on, a line each. */
export interface Progress {
  write(name: string, event: ImproveEvent): Promise<void>;
  /** Inputs that nobody gave: a person should see what the prompt is judged by. */
  madeUp(name: string, inputs: readonly string[]): Promise<void>;
}

export function openProgress({ err, paint, globals }: Call, { json }: { readonly json: boolean }): Progress {
  const isSilent = globals.quiet || (json && !err.isTTY && !globals.verbose);
  return {
    async madeUp(name, inputs) {
      if (isSilent) return;
      const lines = inputs.map((input, index) => `  ${index + 1}. ${sanitize(shortOf(input))}\n`);
      await err.write(`${paint.dim(sanitize(name))} made up ${counted(inputs.length, 'input')}:\n${lines.join('')}`);
    },
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
      const isOne = wins + losses + ties === 1;
      const told = isOne ? votesOf(event) : `${pairsOf(event)}, ${counted(ties, 'tie')}`;
      return `round ${event.iteration}: ${event.accepted ? 'taken' : 'not taken'}, ${told}`;
    }
  }
}

function shortOf(input: string): string {
  const line = input.replace(/\s+/g, ' ');
  return line.length > LONGEST_SHOWN ? `${line.slice(0, LONGEST_SHOWN - 1)}…` : line;
}

const LONGEST_SHOWN = 100;
