import type { ImproveEvent } from '../../engineer/improve/improve.ts';
import { colorLevel } from '../../terminal/paint.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { canSpin, NO_SPINNER, openSpinner } from '../../terminal/spinner.ts';
import type { Call } from '../command.ts';
import { counted } from './counted.ts';
import { pairsOf, votesOf } from './present.ts';

/** Tells on stderr what is going on: a line for what has happened, and on a terminal what happens now. */
export interface Progress {
  /** Models are about to be asked about this prompt. */
  begin(name: string, doing: Doing): void;
  write(name: string, event: ImproveEvent): Promise<void>;
  /** Inputs that nobody gave: a person should see what the prompt is judged by. */
  madeUp(name: string, inputs: readonly string[]): Promise<void>;
  /** Somebody else wants to write. */
  rest(): void;
}

type Doing = 'making up inputs' | 'writing a first prompt' | 'round 1: looking for problems';

export async function openProgress(call: Call, { json }: { readonly json: boolean }): Promise<Progress> {
  const { err, paint, globals } = call;
  const isSilent = globals.quiet || (json && !err.isTTY && !globals.verbose);
  const spinner = isSilent ? NO_SPINNER : await spinnerOf(call);
  let [calls, costUsd]: [number, number | null] = [0, 0];
  let doing = '';
  const show = (name: string): void => {
    const cost = costUsd === null ? 'cost unknown' : `$${costUsd.toFixed(4)}`;
    spinner.show(`${sanitize(name)} ${doing}${calls === 0 ? '' : `, ${counted(calls, 'call')}, ${cost}`}`);
  };
  const write = async (text: string): Promise<void> => {
    spinner.hide();
    await err.write(text);
  };
  return {
    begin(name, first) {
      doing = first;
      show(name);
    },
    async madeUp(name, inputs) {
      if (isSilent) return;
      const lines = inputs.map((input, index) => `  ${index + 1}. ${sanitize(shortOf(input))}\n`);
      await write(`${paint.dim(sanitize(name))} made up ${counted(inputs.length, 'input')}:\n${lines.join('')}`);
    },
    async write(name, event) {
      if (event.type === 'answer') {
        calls += event.calls;
        costUsd = costUsd === null || event.costUsd === null ? null : costUsd + event.costUsd;
      } else doing = nextOf(event);
      const line = isSilent ? undefined : lineOf(event, globals.verbose);
      if (line !== undefined) await write(`${paint.dim(sanitize(name))} ${sanitize(line)}\n`);
      show(name);
    },
    rest: () => spinner.hide(),
  };
}

async function spinnerOf({ err, io, globals, settings }: Call) {
  if (!canSpin(err, io.stderr, io.env)) return NO_SPINNER;
  return openSpinner(io.stderr, colorLevel({ flag: globals.color, env: io.env, config: settings.config.color, isTTY: true }));
}

/** What comes after it. */
function nextOf(event: Exclude<ImproveEvent, { type: 'answer' }>): string {
  const { iteration, type } = event;
  if (type === 'critique') return `round ${iteration}: editing`;
  return type === 'revision' ? `round ${iteration}: comparing` : `round ${iteration + 1}: looking for problems`;
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
