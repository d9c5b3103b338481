import type { ReceivedSpan } from './otlp-receiver.ts';

interface Value {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  /** 64 bits do not fit a number of JSON. */
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values?: readonly Value[] };
}

type Attributes = readonly { readonly key: string; readonly value: Value }[] | undefined;

interface JsonSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: Attributes;
  readonly events?: readonly { readonly name: string; readonly timeUnixNano: string; readonly attributes?: Attributes }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status?: { readonly code?: number; readonly message?: string };
}

interface Request {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes?: Attributes };
    readonly scopeSpans: readonly { readonly scope: { readonly name: string }; readonly spans: readonly JsonSpan[] }[];
  }[];
}

/** The spans of an `ExportTraceServiceRequest` in the JSON of OTLP: ids in hexadecimal, enums as numbers. */
export function readJsonTraces(body: Buffer): readonly ReceivedSpan[] {
  const request = JSON.parse(body.toString()) as Request;
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? '',
        name: span.name,
        kind: span.kind,
        startedAt: BigInt(span.startTimeUnixNano),
        endedAt: BigInt(span.endTimeUnixNano),
        attributes: attributesOf(span.attributes),
        events: (span.events ?? []).map(({ name, timeUnixNano, attributes }) => ({
          name,
          at: BigInt(timeUnixNano),
          attributes: attributesOf(attributes),
        })),
        links: (span.links ?? []).map(({ traceId, spanId }) => ({ traceId, spanId })),
        status: { code: span.status?.code ?? 0, message: span.status?.message ?? '' },
        resource: attributesOf(resource.attributes),
        scope: scope.name,
      })),
    ),
  );
}

function attributesOf(list: Attributes): Record<string, unknown> {
  return Object.fromEntries((list ?? []).map(({ key, value }) => [key, anyValue(value)]));
}

function anyValue({ stringValue, boolValue, intValue, doubleValue, arrayValue }: Value): unknown {
  if (intValue !== undefined) return Number(intValue);
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map(anyValue);
  return stringValue ?? boolValue ?? doubleValue;
}
