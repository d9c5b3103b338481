import { type OtlpReceiver, type ReceivedSpan, type ReceiverOptions, startOtlpReceiver } from '../../fake/otlp-receiver.ts';
import { type FakeProvider, type Reply, startFakeProvider } from '../../fake/provider.ts';
import { type Ended, openSandbox, type Sandbox } from '../sandbox.ts';

export interface TracingOptions {
  readonly replies?: readonly Reply[];
  /** Files beside `chain.yaml`. */
  readonly files?: Readonly<Record<string, string>>;
  readonly receiver?: ReceiverOptions;
}

/** A folder with a chain, a provider and a receiver of traces that the environment of every run names. */
export interface Tracing extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly receiver: OtlpReceiver;
  readonly provider: FakeProvider;
  readonly env: Readonly<Record<string, string>>;
  /** `promptchain run chain.yaml` with these arguments besides. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
}

export async function startTracing(chain: string, options: TracingOptions = {}): Promise<Tracing> {
  const receiver = await startOtlpReceiver(options.receiver);
  const provider = await startFakeProvider({ replies: [...(options.replies ?? [])] });
  const sandbox = openSandbox({ 'chain.yaml': chain, ...options.files });
  const env = {
    OPENAI_API_KEY: 'sk-test-0123456789',
    OPENAI_BASE_URL: provider.openaiUrl,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  };
  return {
    sandbox,
    receiver,
    provider,
    env,
    run: (args, more = {}) => sandbox.run(['run', 'chain.yaml', ...args], { env: { ...env, ...more } }),
    async [Symbol.asyncDispose]() {
      sandbox[Symbol.dispose]();
      await provider.close();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

/** The spans of one trace as an indented list, what is in one by its name. */
export function outlineOf(spans: readonly ReceivedSpan[]): string[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const lines = (parent: ReceivedSpan | undefined, indent: string): string[] =>
    spans
      .filter((span) => (parent === undefined ? !ids.has(span.parentSpanId) : span.parentSpanId === parent.spanId))
      .sort((a, b) => a.name.localeCompare(b.name))
      .flatMap((span) => [indent + span.name, ...lines(span, `${indent}  `)]);
  return lines(undefined, '');
}
