import type { Io } from '../../core/io.ts';
import type { TracedRun } from '../../telemetry/start.ts';

/** The span that called for this process, as tools for CI hand it down to what they start. */
export function parentIn({ TRACEPARENT, TRACESTATE }: Io['env']): TracedRun['parent'] {
  if (TRACEPARENT === undefined) return undefined;
  return { traceparent: TRACEPARENT, ...(TRACESTATE === undefined ? {} : { tracestate: TRACESTATE }) };
}
