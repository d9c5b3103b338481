import { sanitize } from '../../terminal/sanitize.ts';
import type { Answer, Question } from '../../tools/permit.ts';
import { ask } from '../ask.ts';
import type { Call } from '../command.ts';

/** Asks at the terminal whether one call may be made: the tool, all of its arguments, the rule that asks. */
export async function askAboutCall({ io, err }: Call, { tool, args, rule }: Question, signal: AbortSignal): Promise<Answer> {
  const shown = Object.entries(args).map(([name, value]) => `  ${name}: ${cut(JSON.stringify(value))}\n`);
  await err.write(sanitize(`\n${tool} asks to be called, and the rule "${rule}" wants your consent:\n${shown.join('')}`));
  const answer = (await ask(io, 'Call it? [y/N, a for always in this run] ', signal)).trim();
  if (/^a(lways)?$/i.test(answer)) return 'always';
  return /^y(es)?$/i.test(answer) ? 'yes' : 'no';
}

/** Asks the question of a gate. */
export async function askAtGate({ io, err }: Call, question: string, signal: AbortSignal): Promise<boolean> {
  await err.write(`\n${sanitize(question).trimEnd()}\n`);
  return /^y(es)?$/i.test((await ask(io, 'Go on? [y/N] ', signal)).trim());
}

const LONGEST = 2000;

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
}
