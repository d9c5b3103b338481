import type { Attributes, Span } from '@opentelemetry/api';
import type { Event } from '../core/event.ts';
import type { EventReader, Reading } from './event-reader.ts';
import { failureAttributes } from './failure.ts';

/** What is noted where it happens without being a span: retries, skipped steps, checks, warnings, servers. */
export const noteEvents: EventReader = (event, reading) => {
  const note = noteOf(event, reading);
  if (note !== undefined) spanOf(event, reading).addEvent(event.type, note, Date.parse(event.ts));
};

function noteOf(event: Event, { redact }: Reading): Attributes | undefined {
  switch (event.type) {
    case 'step.retrying':
      return {
        'promptchain.retry.attempt': event.attempt,
        'promptchain.retry.attempts': event.attempts,
        'promptchain.retry.wait_ms': event.wait_ms,
        ...failureAttributes(event.error),
        ...(event.model === undefined ? {} : { 'promptchain.retry.model': event.model }),
      };
    case 'step.skipped':
      return { 'promptchain.step.path': event.step, 'promptchain.step.kind': event.kind };
    case 'objective.checked':
      return { 'promptchain.objective.met': event.met };
    case 'warning':
      return {
        'promptchain.warning.code': event.code,
        ...(redact === undefined ? {} : { 'promptchain.warning.message': redact(event.message) }),
      };
    case 'mcp.started':
      return { 'promptchain.mcp.server': event.server, 'promptchain.mcp.tools': event.tools };
    case 'mcp.failed':
      return { 'promptchain.mcp.server': event.server, ...failureAttributes(event.error) };
    default:
      return undefined;
  }
}

function spanOf(event: Event, { tree }: Reading): Span {
  return 'step' in event && event.step !== undefined ? tree.nearest(event.step) : tree.root;
}
