import type { Event } from '../core/event.ts';
import type { Output } from './output.ts';
import type { Paint } from './paint.ts';
import { isLast, type Renderer } from './renderer.ts';
import {
  answered,
  calls,
  completed as completedLine,
  duration,
  failed as failedLine,
  oneLine,
  skipped as skippedLine,
  started,
  summary,
} from './words.ts';

export interface ProgressOptions {
  readonly err: Output;
  readonly paint: Paint;
  /** Prints how a run failed: the code, the sentence, the help. */
  readonly explain: (result: Extract<Event, { result: unknown }>['result']) => string;
}

/** Stderr that is not a terminal: one plain line a step, warnings, and a line at the end. */
export function plainRenderer({ err, paint, explain }: ProgressOptions): Renderer {
  return {
    write(event) {
      const text = plainLine(event, paint);
      if (text !== undefined) return err.write(`${text}\n`);
      return isLast(event)
        ? err.write(event.type === 'run.completed' ? `${summary(event.result)}\n` : explain(event.result))
        : undefined;
    },
    end: () => err.flush(),
  };
}

/** `-q`: nothing but how a run failed. */
export function quietRenderer({ err, explain }: ProgressOptions): Renderer {
  return {
    write: (event) => (isLast(event) && event.type !== 'run.completed' ? err.write(explain(event.result)) : undefined),
    end: () => err.flush(),
  };
}

/** The line of an event that has one. */
export function plainLine(event: Event, paint: Paint): string | undefined {
  switch (event.type) {
    case 'run.started':
      return `${oneLine(event.chain.name)}: ${event.steps} ${event.steps === 1 ? 'step' : 'steps'}`;
    case 'step.completed':
      return `${oneLine(event.step)}: ${completedLine(event)}`;
    case 'step.failed':
      return `${oneLine(event.step)}: ${paint.red(failedLine(event))}`;
    case 'step.skipped':
      return `${oneLine(event.step)}: ${skippedLine(event)}`;
    case 'step.retrying':
      // Another model goes on: the warning that follows says so.
      if (event.model !== undefined) return undefined;
      return `${oneLine(event.step)}: ${paint.yellow(retryingLine(event))}`;
    case 'step.log':
      return logLines(event.step, event.text);
    case 'tool.started':
      return paint.dim(`${oneLine(event.step)}: ${calls(event)}`);
    case 'tool.completed':
      return event.is_error
        ? `${oneLine(event.step)}: ${paint.yellow(answered(event))}`
        : paint.dim(`${oneLine(event.step)}: ${answered(event)}`);
    case 'mcp.started':
      return paint.dim(started(event));
    case 'mcp.failed':
      return `server ${oneLine(event.server)}: ${paint.red(oneLine(event.error.message))}`;
    case 'warning':
      return `${paint.yellow(`warning[${event.code}]`)}: ${event.step === undefined ? '' : `${oneLine(event.step)}: `}${oneLine(event.message)}`;
    default:
      return undefined;
  }
}

function retryingLine({ attempt, attempts, wait_ms, error }: Extract<Event, { type: 'step.retrying' }>): string {
  return `attempt ${attempt} of ${attempts} failed, next in ${duration(wait_ms)}: ${oneLine(error.message)}`;
}

function logLines(step: string, text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `${oneLine(step)}: ${oneLine(line)}`)
    .join('\n');
}
