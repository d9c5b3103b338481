import type { Agent } from 'node:http';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { convertLegacyHttpOptions } from '@opentelemetry/otlp-exporter-base/node-http';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { openSender } from './sender.ts';

export interface ExporterOptions {
  readonly format: 'json' | 'protobuf';
  readonly agentFor?: (url: URL) => Promise<Agent>;
  /** Told once, with a sentence. */
  readonly lost: (sentence: string) => void;
}

export interface Exporter extends SpanExporter {
  /** Drops what is under way, and tells so. */
  giveUp(): void;
}

/** OTLP over HTTP: address, headers, time limit, compression and certificates as the SDK reads them from the environment. */
export function openExporter({ format, agentFor, lost }: ExporterOptions): Exporter {
  const contentType = format === 'json' ? 'application/json' : 'application/x-protobuf';
  const serializer = format === 'json' ? JsonTraceSerializer : ProtobufTraceSerializer;
  const settings = convertLegacyHttpOptions({}, 'TRACES', 'v1/traces', { 'Content-Type': contentType });
  const sender = openSender({ ...settings, ...(agentFor === undefined ? {} : { agentFor }) });
  const underWay = new Set<Promise<void>>();
  let told = false;

  const tell = (why: string) => {
    if (!told) lost(`traces were not delivered to ${new URL(settings.url).origin}: ${why}`);
    told = true;
  };
  const send = async (spans: ReadableSpan[]): Promise<ExportResult> => {
    const problem = await sender.send(serializer.serializeRequest(spans) ?? new Uint8Array());
    if (problem === undefined) return { code: ExportResultCode.SUCCESS };
    tell(problem);
    return { code: ExportResultCode.FAILED, error: new Error(problem) };
  };

  return {
    export(spans, done) {
      const sent = send(spans).then((result) => {
        underWay.delete(sent);
        done(result);
      });
      underWay.add(sent);
    },
    async forceFlush() {
      await Promise.all(underWay);
    },
    async shutdown() {
      await Promise.all(underWay);
    },
    giveUp() {
      if (underWay.size > 0) tell('it did not take them in time');
      sender.close();
    },
  };
}
