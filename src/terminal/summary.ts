import { textOf } from '../core/json.ts';
import type { Usage } from '../core/model.ts';
import type { RunResult, StepResult } from '../core/run.ts';
import { dollars } from '../lib/dollars.ts';
import { duration, oneLine } from './words.ts';

/**
 * A run as a page of Markdown: what became of it, its steps, what it printed. Text that comes from the chain or from a model is
 * escaped or fenced: none of it is read as Markdown or HTML.
 */
export function runSummary(result: RunResult): string {
  const { chain, status, exit_code, duration_ms, usage, cost_usd, resume } = result;
  const name = chain.name === '' ? chain.file : chain.name;
  const totals = [`exit code ${exit_code}`, duration(duration_ms), ...tokens(usage), ...cost(cost_usd, usage)];
  return [
    `## ${plain(name)}: ${status.replace('_', ' ')}`,
    '',
    `${totals.join(', ')}`,
    ...errorLines(result),
    ...stepLines(result.steps),
    ...warningLines(result),
    ...outputLines(result),
    ...(resume === null ? [] : ['', `Go on with \`${resume}\``]),
    '',
  ].join('\n');
}

function errorLines({ error }: RunResult): readonly string[] {
  if (error === null) return [];
  const step = error.step === undefined ? '' : ` in step ${plain(error.step)}`;
  const problems = (error.problems ?? []).slice(0, MOST_ROWS);
  return [
    '',
    `**Error ${error.code}**${step}: ${plain(error.message)}`,
    ...(error.help === undefined ? [] : ['', plain(error.help)]),
    ...(problems.length > 1
      ? ['', ...problems.map(({ code, line, column, message }) => `- ${line}:${column} ${code} ${plain(message)}`)]
      : []),
  ];
}

function stepLines(steps: readonly StepResult[]): readonly string[] {
  if (steps.length === 0) return [];
  const more = steps.length - MOST_ROWS;
  return [
    '',
    '| step | kind | status | model | attempts | tokens in | tokens out | cost | time |',
    '|---|---|---|---|---:|---:|---:|---:|---:|',
    ...steps.slice(0, MOST_ROWS).map((step) => `| ${stepCells(step).join(' | ')} |`),
    ...(more > 0 ? ['', `and ${more} more`] : []),
  ];
}

function stepCells({ path, type, status, model, attempts, usage, cost_usd, duration_ms }: StepResult): readonly string[] {
  const called = usage.input_tokens + usage.output_tokens > 0;
  return [
    plain(path),
    plain(type),
    status,
    plain(model ?? ''),
    String(attempts),
    called ? String(usage.input_tokens) : '',
    called ? String(usage.output_tokens) : '',
    cost(cost_usd, usage).join('').replace('cost ', ''),
    status === 'skipped' ? '' : duration(duration_ms),
  ];
}

function warningLines({ warnings }: RunResult): readonly string[] {
  if (warnings.length === 0) return [];
  return ['', '**Warnings**', '', ...warnings.slice(0, MOST_ROWS).map(({ code, message }) => `- ${code} ${plain(message)}`)];
}

function outputLines({ output, status }: RunResult): readonly string[] {
  const text = typeof output === 'object' && output !== null ? JSON.stringify(output, null, 2) : textOf(output ?? '');
  if (text === '') return [];
  const shown = text.slice(0, LONGEST_OUTPUT);
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const more = text.length - shown.length;
  return [
    '',
    `**Output**${status === 'success' ? '' : ', as far as it came'}`,
    '',
    `${fence}text`,
    shown.trimEnd(),
    fence,
    ...(more > 0 ? ['', `and ${more} more characters`] : []),
  ];
}

const MOST_ROWS = 200;
const LONGEST_OUTPUT = 16_384;

function tokens({ input_tokens, output_tokens }: Usage): readonly string[] {
  return input_tokens + output_tokens === 0 ? [] : [`${input_tokens} tokens in`, `${output_tokens} out`];
}

function cost(usd: number | null, usage: Usage): readonly string[] {
  if (usd === null) return usage.output_tokens === 0 ? [] : ['cost unknown'];
  return usd === 0 ? [] : [dollars(usd)];
}

/** One line in which no character means anything to Markdown. */
function plain(text: string): string {
  return oneLine(text).replace(/[\\`*_{}[\]<>|#~!&]/g, '\\$&');
}
