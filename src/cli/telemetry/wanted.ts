import type { Io } from '../../core/io.ts';

/** What the environment asks for. */
export interface TelemetryWanted {
  readonly format: 'json' | 'protobuf';
  readonly content: boolean;
}

/**
 * Undefined without an address to send to, or when telemetry is switched off; a problem in words when it cannot be had as it is
 * asked for. Only what decides whether the SDK is loaded is read here, the rest is the SDK's to read. The env file of a project
 * has no say: `env-file.ts` takes no `OTEL_` names from it.
 */
export function telemetryWanted(env: Io['env']): TelemetryWanted | { readonly problem: string } | undefined {
  const read = (name: string) => valueIn(env, name);
  const [name, address] = firstOf(read, ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT']);
  if (address === undefined || read('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return undefined;
  if (!exporters(read('OTEL_TRACES_EXPORTER')).includes('otlp')) return undefined;
  const [by, protocol = 'http/protobuf'] = firstOf(read, ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL']);
  const format = FORMATS.get(protocol);
  if (format === undefined) return { problem: unknownProtocol(by, protocol) };
  if (!isHttp(address)) return { problem: `no traces are sent: ${name} is not an http(s) URL` };
  const wrong = COUNTS.find((count) => !/^[1-9]\d{0,8}$/.test(read(count) ?? '1'));
  if (wrong !== undefined) return { problem: `no traces are sent: ${wrong} is not a whole number above 0` };
  return { format, content: read('OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT')?.toLowerCase() === 'true' };
}

/** Of these the SDK takes any number: with 0 it would lose every span, or never come to an end. */
const COUNTS = ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 'OTEL_BSP_MAX_QUEUE_SIZE'];

/** A variable that is set but empty counts as one that is not. */
function valueIn(env: Io['env'], name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

function firstOf(
  read: (name: string) => string | undefined,
  names: readonly [string, string],
): readonly [name: string, value: string | undefined] {
  const name = names.find((candidate) => read(candidate) !== undefined) ?? names[1];
  return [name, read(name)];
}

function exporters(list = 'otlp'): readonly string[] {
  return list.split(',').map((name) => name.trim());
}

const FORMATS: ReadonlyMap<string, TelemetryWanted['format']> = new Map([
  ['http/protobuf', 'protobuf'],
  ['http/json', 'json'],
]);

function unknownProtocol(name: string, protocol: string): string {
  const why = protocol === 'grpc' ? 'OTLP over gRPC is not supported' : `there is no protocol "${protocol}"`;
  const port = protocol === 'grpc' ? ', and name the port your collector has for HTTP, often 4318' : '';
  return `no traces are sent: ${why}; set ${name} to http/protobuf or http/json${port}`;
}

function isHttp(address: string): boolean {
  return URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);
}
