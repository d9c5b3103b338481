import { resolve } from 'node:path';
import { Failure } from '../../core/errors.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { ask } from '../ask.ts';
import type { Call } from '../command.ts';
import { differences } from '../differences.ts';
import { openFileOutput } from '../run/file-output.ts';
import { edited } from './editor.ts';

/** What a person wants to happen with a result. */
export type Choice =
  | { readonly do: 'take'; readonly text: string }
  | { readonly do: 'leave' }
  | { readonly do: 'again'; readonly text: string; readonly note?: string; readonly techniques?: string };

const MENU = '[a]ccept  [h]unk by hunk  [e]dit  [f]eedback and retry  [t]echniques  [r]etry  [s]ave as  [q]uit';

/** Asks until one of the keys decides. The end of input quits: nothing is written that nobody agreed to. */
export async function choose(call: Call, before: string, after: string, signal: AbortSignal): Promise<Choice> {
  let text = after;
  for (;;) {
    const key = (await question(call, `${MENU}\n> `, signal)).toLowerCase();
    switch (key) {
      case 'a':
        return { do: 'take', text };
      case 'h':
        text = await pickHunks(call, before, text, signal);
        await show(call, before, text);
        break;
      case 'e':
        text = await edited(call, text);
        await show(call, before, text);
        break;
      case 'f': {
        const note = await question(call, 'What should be better? ', signal);
        if (note !== '') return { do: 'again', text, note };
        break;
      }
      case 't': {
        const techniques = await question(call, 'Which techniques, with commas between? ', signal);
        if (techniques !== '') return { do: 'again', text, techniques };
        break;
      }
      case 'r':
        return { do: 'again', text: before };
      case 's':
        await saveAs(call, text, signal);
        break;
      case 'q':
      case '':
        return { do: 'leave' };
      default:
        await call.err.write(`"${sanitize(key)}" is none of the keys\n`);
    }
  }
}

export async function question({ io }: Call, text: string, signal: AbortSignal): Promise<string> {
  return (await ask(io, text, signal)).trim();
}

/** The text with those changes that get a yes. */
async function pickHunks(call: Call, before: string, after: string, signal: AbortSignal): Promise<string> {
  const { applyPatch, structuredPatch } = await import('diff');
  const patch = structuredPatch('', '', `${before}\n`, `${after}\n`, undefined, undefined, { context: 0 });
  const taken = [];
  for (const [index, hunk] of patch.hunks.entries()) {
    await call.err.write(`${hunk.lines.map((line) => coloured(call, line)).join('\n')}\n`);
    const answer = await question(call, `Take change ${index + 1} of ${patch.hunks.length}? [y/N] `, signal);
    if (/^y(es)?$/i.test(answer)) taken.push(hunk);
  }
  const applied = applyPatch(`${before}\n`, { ...patch, hunks: taken });
  if (applied === false) throw new Failure('the changes do not fit together', { code: 'PC0001', reason: 'internal' });
  return applied.replace(/\n$/, '');
}

async function show(call: Call, before: string, after: string): Promise<void> {
  const lines = before === after ? ['(no change)'] : await differences(before, after, Number.POSITIVE_INFINITY);
  await call.err.write(`${lines.map((line) => coloured(call, line)).join('\n')}\n`);
}

function coloured({ paint }: Call, line: string): string {
  const clean = sanitize(line);
  if (clean.startsWith('-')) return paint.red(clean);
  return clean.startsWith('+') ? paint.green(clean) : clean;
}

async function saveAs(call: Call, text: string, signal: AbortSignal): Promise<void> {
  const name = await question(call, 'Save as which file? ', signal);
  if (name === '') return;
  const output = openFileOutput(resolve(call.io.cwd, name));
  output.write(`${text}\n`);
  output.commit();
  await call.err.write(`saved ${sanitize(name)}\n`);
}
