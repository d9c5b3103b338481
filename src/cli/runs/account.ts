import { type Json, textOf } from '../../core/json.ts';
import type { RunResult, StepResult } from '../../core/run.ts';
import { dollars } from '../../lib/dollars.ts';
import type { RunRecord } from '../../store/runs.ts';
import { duration, oneLine, shortened } from '../../terminal/words.ts';
import { columns } from '../columns.ts';

/** A run for a reader: the facts, the steps, what went wrong, and the output whole. */
export function accountOf({ id, file, events, result, running }: RunRecord): string {
  const sections = [
    columns([
      ['run', id],
      ['chain', `${oneLine(result.chain.name)} (${oneLine(result.chain.file)})`],
      ['status', running ? 'running' : `${result.status} (exit ${result.exit_code})`],
      ['started', events[0]?.ts ?? 'unknown'],
      ['took', duration(result.duration_ms)],
      ...usageRows(result),
      ['journal', file],
    ]),
    ...(result.steps.length === 0 ? [] : [`steps\n${columns(result.steps.map(stepRow))}`]),
    ...result.warnings.map(({ code, message }) => `warning[${code}]: ${oneLine(message)}`),
    ...(result.error === null ? [] : [`error[${result.error.code}]: ${oneLine(result.error.message)}`]),
    ...outputSection(result.output),
  ];
  return `${sections.join('\n\n')}\n`;
}

function usageRows({ usage, cost_usd }: RunResult): readonly string[][] {
  if (usage.input_tokens + usage.output_tokens === 0) return [];
  const cost = cost_usd === null ? 'cost unknown' : dollars(cost_usd);
  return [['usage', `${usage.estimated ? 'about ' : ''}${usage.input_tokens} tokens in, ${usage.output_tokens} out, ${cost}`]];
}

function stepRow({ path, type, status, model, duration_ms, output, error }: StepResult): readonly string[] {
  const took = status === 'skipped' ? '' : duration(duration_ms);
  return [
    oneLine(path),
    model === null ? type : `${type}, ${model}`,
    status,
    took,
    error === null ? shortened(output) : oneLine(error.message),
  ];
}

function outputSection(output: Json): readonly string[] {
  return output === null ? [] : [`output\n${textOf(output)}`];
}
