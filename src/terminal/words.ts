import type {
  ServerStarted,
  StepCompleted,
  StepFailed,
  StepSkipped,
  StepStarted,
  ToolCompleted,
  ToolStarted,
} from '../core/event.ts';
import { textOf } from '../core/json.ts';
import type { Usage } from '../core/model.ts';
import type { RunResult } from '../core/run.ts';
import { dollars } from '../lib/dollars.ts';
import { sanitize } from './sanitize.ts';

/** The sentences about a run that all forms of progress share. None of them ends with a line break or contains one. */

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** `prompt, openai/gpt-4o-mini`, and that it is not a language model when it is not. */
export function about(step: Pick<StepStarted, 'kind' | 'model' | 'llm'>): string {
  if (step.model === undefined) return oneLine(step.kind);
  return `${oneLine(step.kind)}, ${oneLine(step.model)}${step.llm === false ? ' (not a language model)' : ''}`;
}

export function completed(event: StepCompleted): string {
  const notes = [
    about(event),
    ...(event.cached === true ? ['cached'] : []),
    ...(event.reused === true ? ['reused'] : []),
    duration(event.duration_ms),
    ...usageNotes(event.usage),
    ...(event.attempts > 1 ? [`attempt ${event.attempts}`] : []),
    ...finishNotes(event),
  ];
  return `done (${notes.join(', ')})`;
}

export function failed(event: StepFailed): string {
  const after = event.attempts > 1 ? ` after ${event.attempts} attempts` : '';
  return `failed${after}: ${oneLine(event.error.message)}${event.continued ? ' (the run goes on)' : ''}`;
}

/** Every skip says why, with the values the condition read. */
export function skipped(event: StepSkipped): string {
  const values = Object.entries(event.values).map(([path, value]) => `${path} = ${shortened(JSON.stringify(value))}`);
  const read = values.length === 0 ? '' : ` (${values.join(', ')})`;
  return `skipped: ${oneLine(event.condition)} is false${read}`;
}

/** `calls calculator {"expression":"sqrt(144)"}`. */
export function calls({ tool, arguments: args }: ToolStarted): string {
  const text = JSON.stringify(args);
  return `calls ${oneLine(tool)}${text === '{}' ? '' : ` ${shortened(text)}`}`;
}

export function answered({ tool, is_error, text, duration_ms }: ToolCompleted): string {
  const name = oneLine(tool);
  return is_error
    ? `${name} failed after ${duration(duration_ms)}: ${shortened(text)}`
    : `${name} answered in ${duration(duration_ms)}`;
}

export function started({ server, name, version, tools, duration_ms }: ServerStarted): string {
  const count = `${tools} ${tools === 1 ? 'tool' : 'tools'}`;
  return `server ${oneLine(server)}: ${oneLine(`${name} ${version}`)}, ${count}, started in ${duration(duration_ms)}`;
}

/** The one line at the end of a successful run. */
export function summary(result: RunResult): string {
  const count = result.steps.filter(({ status }) => status === 'completed').length;
  const notes = [`${count} ${count === 1 ? 'step' : 'steps'}`, ...usageNotes(result.usage), ...costNotes(result)];
  const stopped = result.stopped === undefined ? '' : `; stopped early: ${oneLine(result.stopped)}`;
  const model = result.llm ? '' : '; not every answer is from a language model';
  return `done in ${duration(result.duration_ms)} (${notes.join(', ')})${stopped}${model}`;
}

/** Text for one line of a log: no control sequences, line breaks as spaces. */
export function oneLine(text: string): string {
  return sanitize(text)
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}

export function shortened(text: string): string {
  const line = oneLine(textOf(text));
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}

function usageNotes({ input_tokens, output_tokens, estimated }: Usage): readonly string[] {
  return input_tokens + output_tokens === 0
    ? []
    : [`${estimated ? 'about ' : ''}${input_tokens} tokens in`, `${output_tokens} out`];
}

function costNotes({ cost_usd, usage }: RunResult): readonly string[] {
  if (cost_usd === null) return usage.output_tokens === 0 ? [] : ['cost unknown'];
  return cost_usd === 0 ? [] : [dollars(cost_usd)];
}

function finishNotes({ finish_reason, output }: StepCompleted): readonly string[] {
  return [
    ...(finish_reason === 'length' ? ['cut by the token limit'] : []),
    ...(finish_reason === 'content_filter' ? ['cut by the content filter'] : []),
    ...(finish_reason === 'refusal' ? ['refused'] : []),
    ...(output === '' && finish_reason !== undefined ? ['empty answer'] : []),
  ];
}
