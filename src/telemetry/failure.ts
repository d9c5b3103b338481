import { type Attributes, type Span, SpanStatusCode } from '@opentelemetry/api';
import type { ErrorRecord } from '../core/errors.ts';
import type { Redact } from './event-reader.ts';

type Failed = Pick<ErrorRecord, 'code' | 'reason' | 'message' | 'status'>;

/** Marks a span as failed. The sentence of an error may quote a prompt, an answer or a provider, so it counts as content. */
export function fail(span: Span, error: Failed, redact: Redact): void {
  span.setAttributes(failureAttributes(error));
  span.setStatus({ code: SpanStatusCode.ERROR, message: redact?.(error.message) ?? error.code });
}

/** The class of a failure: its `reason`, which is one of a closed list. */
export function failureAttributes({ code, reason, status }: Failed): Attributes {
  return {
    'error.type': reason,
    'promptchain.error.code': code,
    ...(status === undefined ? {} : { 'http.response.status_code': status }),
  };
}
