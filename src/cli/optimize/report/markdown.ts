import { createTwoFilesPatch } from 'diff';
import { dollars } from '../../../lib/dollars.ts';
import type { ReportData } from './data.ts';
import { interval, nextCommand, SPLIT_NOTES, signed, verdictLine } from './words.ts';

/** The report as Markdown, for a pull request. */
export function markdownReport(data: ReportData): string {
  const { run, chain, models, spent, scores, broken, texts, categories } = data;
  const cell = (which: string, split: string): string => {
    const score = scores.find((one) => one.texts === which && one.split === split);
    return score === undefined ? '–' : interval(score);
  };
  const lines = [
    `# Optimisation of ${code(chain)}`,
    '',
    `**${verdictLine(data)}**`,
    '',
    '| rows | first | best | |',
    '|---|---|---|---|',
    ...(['train', 'val', 'test'] as const).map(
      (split) => `| ${split} | ${cell('first', split)} | ${cell('best', split)} | ${SPLIT_NOTES[split]} |`,
    ),
    '',
    `Run ${code(run)}: ${spent.rollouts.train + spent.rollouts.val} rollouts of ${spent.budget}, ${spent.rollouts.test} for the test, ${spent.questions} questions to ${code(models.improver)}, ${spent.calls} calls, ${spent.costUsd === null ? 'cost unknown' : dollars(spent.costUsd)}.`,
    ...byStep(data),
    ...(categories.length === 0
      ? []
      : [
          '',
          '| category | rows | change | 95 % interval |',
          '|---|---|---|---|',
          ...categories.map(
            ({ category, rows, difference, low, high }) =>
              `| ${cellText(category)} | ${rows} | ${signed(difference)} | ${signed(low)} to ${signed(high)} |`,
          ),
        ]),
    ...(broken.length === 0
      ? []
      : [
          '',
          '## Worse on the test',
          '',
          '| row | first | best |',
          '|---|---|---|',
          ...broken.map(
            ({ id, before, after }) =>
              `| ${cellText(id)} | ${before.score.toFixed(2)} ${cellText(before.output)} | ${after.score.toFixed(2)} ${cellText(after.output)} |`,
          ),
        ]),
    ...texts
      .filter(({ before, after }) => before !== after)
      .flatMap(({ id, before, after }) => ['', `## ${id}`, '', ...fenced(patchOf(before, after))]),
    '',
    `Next: ${code(nextCommand(data))}`,
  ];
  return `${lines.join('\n')}\n`;
}

function byStep({ blame, demos }: ReportData): string[] {
  return [
    ...(demos === 0 ? [] : ['', `The best texts quote ${demos} of the rows that were learnt from.`]),
    ...(blame.length === 0
      ? []
      : [
          '',
          '| step | test rows better by it | worse |',
          '|---|---|---|',
          ...blame.map(({ step, fixed, broken }) => `| ${cellText(step)} | ${fixed.length} | ${broken.length} |`),
        ]),
  ];
}

function patchOf(before: string, after: string): string {
  return createTwoFilesPatch('first', 'best', `${before}\n`, `${after}\n`).split('\n').slice(1).join('\n').trimEnd();
}

/** A fence longer than any in the text. */
function fenced(text: string): string[] {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}diff`, text, fence];
}

function code(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``;
}

function cellText(text: string): string {
  const line = text.replaceAll('\n', ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;');
  return line.length <= 120 ? line : `${line.slice(0, 117)}…`;
}
