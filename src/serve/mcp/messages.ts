import type { LoggingLevel } from '@modelcontextprotocol/sdk/types.js';
import type { Event } from '../../core/event.ts';

/** What a client is told of an event in its log; most are worth nothing. */
export interface LogLine {
  readonly level: LoggingLevel;
  readonly text: string;
}

export function logLine(event: Event): LogLine | undefined {
  switch (event.type) {
    case 'step.started':
      return { level: 'debug', text: `step ${event.step} (${event.kind}) begins` };
    case 'tool.started':
      return { level: 'debug', text: `step ${event.step} calls ${event.tool}` };
    case 'step.completed':
      return { level: 'info', text: `step ${event.step} done in ${event.duration_ms} ms` };
    case 'step.skipped':
      return { level: 'info', text: `step ${event.step} skipped: ${event.condition}` };
    case 'step.log':
      return { level: 'info', text: `step ${event.step}: ${event.text}` };
    case 'step.retrying':
      return { level: 'warning', text: `step ${event.step} is tried again: ${event.error.message}` };
    case 'warning':
      return { level: 'warning', text: event.message };
    case 'step.failed':
      return { level: event.continued ? 'warning' : 'error', text: `step ${event.step} failed: ${event.error.message}` };
    default:
      return undefined;
  }
}

/** From the least to the most severe. */
const LEVELS: readonly LoggingLevel[] = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

export function isWorth(level: LoggingLevel, least: LoggingLevel): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(least);
}
