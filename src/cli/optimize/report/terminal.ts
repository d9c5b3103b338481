import { diffWordsWithSpace } from 'diff';
import { dollars } from '../../../lib/dollars.ts';
import type { Paint } from '../../../terminal/paint.ts';
import type { ReportData } from './data.ts';
import { interval, nextCommand, SPLIT_NOTES, sparkline, verdictLine } from './words.ts';

/** The report for people at a terminal: the verdict first, the next command last. */
export function terminalReport(data: ReportData, paint: Paint): string {
  const colour = data.verdict === 'improved' ? paint.green : data.verdict === 'worse' ? paint.red : paint.yellow;
  const parts = [
    paint.bold(colour(verdictLine(data))),
    ...scoreLines(data),
    '',
    ...spentLines(data),
    ...(data.curve.length > 0 ? [`best      ${sparkline(data)}  ${data.curve.at(-1)?.mean.toFixed(3)} on validation`] : []),
    ...notes(data),
    ...brokenLines(data, paint),
    ...data.texts.flatMap((text) => changeLines(text, paint)),
    '',
    `next: ${paint.bold(nextCommand(data))}`,
  ];
  return `${parts.join('\n')}\n`;
}

function scoreLines({ scores }: ReportData): string[] {
  if (scores.length === 0) return [];
  const find = (texts: string, split: string) => scores.find((score) => score.texts === texts && score.split === split);
  const cell = (texts: string, split: string): string => {
    const score = find(texts, split);
    return (score === undefined ? '–' : interval(score)).padEnd(24);
  };
  const lines = (['train', 'val', 'test'] as const)
    .filter((split) => find('first', split) !== undefined || find('best', split) !== undefined)
    .map((split) => `${split.padEnd(10)}${cell('first', split)}${cell('best', split)}${SPLIT_NOTES[split]}`);
  return ['', `${''.padEnd(10)}${'first'.padEnd(24)}${'best'.padEnd(24)}`.trimEnd(), ...lines];
}

function spentLines({ spent, candidates, gates, refused, ended }: ReportData): string[] {
  const { rollouts, questions, calls, models, costUsd, cached, budget } = spent;
  const all = rollouts.train + rollouts.val;
  const refusals = Object.entries(refused).map(([guard, count]) => `${guard} ${count}`);
  return [
    `spent     ${all} of ${budget} rollouts, ${rollouts.test} for the test, ${questions} questions; ${calls} calls of models${callsBy(models)}, ${costUsd === null ? 'cost unknown' : dollars(costUsd)}; ${cached} rollouts from the cache`,
    `search    ${candidates.length} candidates, ${gates.filter(({ accepted }) => !accepted).length} rejected${refusals.length === 0 ? '' : `, texts refused: ${refusals.join(', ')}`}${ended === null ? '' : `; ended: ${ended}`}`,
  ];
}

function callsBy(models: ReportData['spent']['models']): string {
  const each = Object.entries(models).map(([name, count]) => `${name} ${count}`);
  return each.length < 2 ? '' : ` (${each.join(', ')})`;
}

/** What else has to be known of the result. */
function notes({ from, noise, demos, blame }: ReportData): string[] {
  const steps = blame.map(({ step, fixed, broken }) => `${step} better on ${fixed.length}, worse on ${broken.length}`);
  return [
    ...(from === null ? [] : [`from      the best texts of run ${from}`]),
    ...(noise === null ? [] : [`noise     new texts had to be better by more than ${noise.toFixed(3)} a row`]),
    ...(demos === 0 ? [] : [`examples  the best texts quote ${demos} of the rows that were learnt from`]),
    ...(blame.length === 0 ? [] : [`by step   ${steps.join('; ')} (test rows, by the first step that says something else)`]),
  ];
}

const MOST_BROKEN = 5;

function brokenLines({ broken }: ReportData, paint: Paint): string[] {
  if (broken.length === 0) return [];
  const shown = broken.slice(0, MOST_BROKEN).map(({ id, before, after }) => {
    const outputs = `${JSON.stringify(short(before.output))} → ${JSON.stringify(short(after.output))}`;
    return `  ${id}  ${before.score.toFixed(2)} → ${after.score.toFixed(2)}  ${paint.dim(outputs)}`;
  });
  const more = broken.length - shown.length;
  return ['', 'worse on the test:', ...shown, ...(more > 0 ? [paint.dim(`  and ${more} more, in report.html`)] : [])];
}

function short(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}

/** A text with its changed words marked; untouched stretches are left out. */
function changeLines({ id, before, after }: ReportData['texts'][number], paint: Paint): string[] {
  if (before === after) return ['', `${paint.bold(id)}  unchanged`];
  const marked = diffWordsWithSpace(before, after)
    .map(({ value, added, removed }) => {
      if (added) return eachLine(value, (line) => paint.green(`{+${line}+}`));
      return removed ? eachLine(value, (line) => paint.red(`[-${line}-]`)) : value;
    })
    .join('')
    .split('\n');
  const changed = marked.flatMap((line, index) => (/\{\+|\[-/.test(line) ? [index] : []));
  const near = marked.flatMap((line, index) => (changed.some((at) => Math.abs(at - index) <= 1) ? [`  ${line}`] : []));
  return ['', paint.bold(id), ...near];
}

function eachLine(text: string, mark: (line: string) => string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : mark(line)))
    .join('\n');
}
