import type { Agent } from 'node:http';
import { type Attributes, context, type SpanContext, trace } from '@opentelemetry/api';
import { parseTraceParent, TraceState } from '@opentelemetry/core';
import { defaultResource, detectResources, envDetector, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { ModelSpec } from '../core/model.ts';
import { openExporter } from './exporter.ts';
import { type RunTrace, traceRun } from './run-trace.ts';

export interface TelemetryOptions {
  readonly format: 'json' | 'protobuf';
  /** Of promptchain. */
  readonly version: string;
  /** The connections to that address; undefined leaves them to the SDK, which knows the certificates of the environment. */
  readonly agentFor?: (url: URL) => Promise<Agent>;
  /** Where the requests to a model go, as far as it is known. */
  readonly serverOf: (spec: ModelSpec) => URL | undefined;
  /** Prompts, answers and what tools got and gave are part of the traces. */
  readonly content: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told once, with a sentence, when traces could not be delivered. */
  readonly lost: (sentence: string) => void;
}

/** A run that is to be traced. */
export interface TracedRun {
  readonly runId: string;
  readonly chain: { readonly name: string; readonly sha256: string };
  /** Masks the secrets of the run in a text. */
  readonly redact: (text: string) => string;
  /** What called for the run, in the form of the W3C header. */
  readonly parent?: { readonly traceparent: string; readonly tracestate?: string } | undefined;
  /** `RunTrace.traceparent` of what it goes on from. */
  readonly follows?: string | undefined;
  /** The id of the conversation it is a turn of. */
  readonly conversation?: string | undefined;
  /** The id of the test case that it runs. */
  readonly testCase?: string | undefined;
}

/** Traces of the runs of one process, on their way to a receiver. */
export interface Telemetry {
  run(run: TracedRun): RunTrace;
  /** Sends what has not left yet, within that time; what has not left by then is lost. */
  close(withinMs: number, signal?: AbortSignal): Promise<void>;
}

/** Starts the SDK. Everything the environment can say to it (sampling, limits, batches, headers, resource) is its own to read. */
export function startTelemetry(options: TelemetryOptions): Telemetry {
  const exporter = openExporter(options);
  const provider = new BasicTracerProvider({
    resource: resourceOf(options.version),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('promptchain', options.version);
  return {
    run({ parent, follows, ...run }) {
      const around = parent === undefined ? undefined : spanContext(parent.traceparent, parent.tracestate);
      const earlier = follows === undefined ? undefined : spanContext(follows);
      return traceRun({
        ...options,
        ...run,
        tracer,
        parent: around === undefined ? context.active() : trace.setSpanContext(context.active(), around),
        links: earlier === undefined ? [] : [{ context: earlier }],
      });
    },
    async close(withinMs, signal) {
      const sent = provider.shutdown().then(
        () => undefined,
        () => undefined,
      );
      await Promise.race([sent, elapsed(withinMs, signal)]);
      exporter.giveUp();
    },
  };
}

/** Nothing about the process: its command line would tell what the run was given. */
function resourceOf(version: string): Resource {
  const own: Attributes = { 'service.name': 'promptchain', 'service.version': version };
  return defaultResource()
    .merge(resourceFromAttributes(own))
    .merge(detectResources({ detectors: [envDetector] }));
}

function spanContext(traceparent: string, tracestate?: string): SpanContext | undefined {
  const parsed = parseTraceParent(traceparent);
  if (parsed === null) return undefined;
  return { ...parsed, isRemote: true, ...(tracestate === undefined ? {} : { traceState: new TraceState(tracestate) }) };
}

function elapsed(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    timer.unref();
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}
