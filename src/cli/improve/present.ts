import type { Paint } from '../../terminal/paint.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { differences } from '../differences.ts';
import { counted } from './counted.ts';
import type { Decision, Outcome, Report } from './outcome.ts';
import type { DeskSpent } from './ports.ts';

/** A changed prompt and why, for a person: verdict, changed words, reasons, what was and is wrong. Ends with a line break. */
export async function present(outcome: Outcome, paint: Paint): Promise<string> {
  const { target, changed, text } = outcome;
  const diff = changed ? await differences(target.text, text, Number.POSITIVE_INFINITY) : [];
  const reasons = outcome.hunks.flatMap(({ reason }) => (reason === '' ? [] : [`  ${sanitize(reason)}`]));
  return [
    `${paint.bold(sanitize(target.name))}: ${verdictOf(outcome)}`,
    ...(diff.length === 0 ? [] : ['', ...diff.map((line) => coloured(sanitize(line), paint)), '']),
    ...(reasons.length === 0 ? [] : [paint.bold('Why'), ...reasons]),
    paint.bold('Found before'),
    ...found(outcome.before, paint),
    ...(changed ? [paint.bold('Found now'), ...found(outcome.after, paint)] : []),
    '',
  ].join('\n');
}

/** In one sentence: changed or not, and what that rests on. */
export function verdictOf({ changed, reason, basis, tried, decisions, limit }: Outcome): string {
  const ended = limit === undefined ? reason : limit.message;
  if (!changed) return `no change (${ended})`;
  if (reason === 'it was written for the task') return 'new, neither measured nor judged';
  const rounds = decisions
    .filter(({ accepted }) => accepted)
    .map((decision) => (basis === 'measured' ? pairsOf(decision) : votesOf(decision)));
  const on = tried.madeUp ? `${tried.inputs.length} made-up inputs` : 'the inputs';
  const word = basis === 'measured' ? `measured on ${on} by blind comparison` : 'judged, not measured';
  return `better: ${word}, ${rounds.join(', then ')}; ${ended}`;
}

/** What was paid for it. */
export function costOf({ calls, costUsd, recalled }: DeskSpent): string {
  const kept = recalled === 0 ? '' : `, ${counted(recalled, 'answer')} from the cache (--cache refresh asks anew)`;
  return `${counted(calls, 'call')}, ${costUsd === null ? 'cost unknown' : `$${costUsd.toFixed(4)}`}${kept}`;
}

/** Each input is one comparison, however many votes it took. */
export function pairsOf({ wins, losses, p }: Decision): string {
  return `new ${wins} : ${losses} old (p = ${p.toFixed(3)})`;
}

/** Of a single pair: what a judge says of it again is no further evidence, so there is no p. */
export function votesOf({ votes }: Decision): string {
  return `${votes.new} of ${votes.new + votes.old + votes.tie} votes for the new`;
}

function found({ lint, criticism }: Report, paint: Paint): readonly string[] {
  const lines = [
    ...lint.map(({ severity, problem, quote, rule }) => ({ severity, problem, quote, from: rule })),
    ...(criticism ?? []).map(({ severity, problem, quote, aspect }) => ({ severity, problem, quote, from: aspect })),
  ].map(({ severity, problem, quote, from }) => {
    const mark = severity === 'low' ? paint.dim(severity) : severity === 'high' ? paint.red(severity) : paint.yellow(severity);
    return `  ${mark} ${sanitize(problem)}${quote === '' ? '' : `: ${sanitize(shortOf(quote))}`} ${paint.dim(`(${sanitize(from)})`)}`;
  });
  if (lines.length > 0) return lines;
  return [criticism === undefined ? '  nothing by lint; no judge has looked at it' : '  nothing'];
}

function shortOf(quote: string): string {
  const line = quote.replace(/\s+/g, ' ');
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
}

function coloured(line: string, paint: Paint): string {
  if (line.startsWith('- ')) return paint.red(line);
  return line.startsWith('+ ') ? paint.green(line) : line;
}
