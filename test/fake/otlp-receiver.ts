/**
 * A receiver of traces on loopback, for tests: OTLP over HTTP as JSON and as protobuf, decoded by the numbers of the published
 * `.proto` files and without any code of OpenTelemetry, so that it agrees with the sender only where the sender is right.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { readJsonTraces } from './otlp-json.ts';
import { readProtobufTraces } from './otlp-protobuf.ts';

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a span without one. */
  readonly parentSpanId: string;
  readonly name: string;
  /** 1 internal, 3 client. */
  readonly kind: number;
  /** Nanoseconds since 1970. */
  readonly startedAt: bigint;
  readonly endedAt: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly {
    readonly name: string;
    readonly at: bigint;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** 0 unset, 1 ok, 2 error. */
  readonly status: { readonly code: number; readonly message: string };
  readonly resource: Readonly<Record<string, unknown>>;
  readonly scope: string;
}

export interface ReceivedPost {
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  /** As decompressed. */
  readonly body: Buffer;
}

export interface ReceiverOptions {
  /** Answers in place of 200, or not at all. */
  readonly answer?: (response: ServerResponse, number: number) => void;
}

export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly posts: readonly ReceivedPost[];
  readonly spans: readonly ReceivedSpan[];
  /** The one span of that name; throws with the names there are. */
  span(name: string): ReceivedSpan;
  /** Resolves once a post has come in; rejects when none comes. */
  received(): Promise<void>;
}

const LIMIT_MS = 30_000;

export async function startOtlpReceiver({ answer }: ReceiverOptions = {}): Promise<OtlpReceiver> {
  const posts: ReceivedPost[] = [];
  const spans: ReceivedSpan[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => void receive(request, response).catch(() => response.destroy()));

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    posts.push({ path: request.url ?? '', headers: request.headers, body });
    const json = request.headers['content-type'] === 'application/json';
    spans.push(...(json ? readJsonTraces(body) : readProtobufTraces(body)));
    for (const resolve of waiting) resolve();
    if (answer !== undefined) return answer(response, posts.length);
    response.writeHead(200, { 'content-type': request.headers['content-type'] ?? '' }).end(json ? '{}' : '');
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posts,
    spans,
    span(name) {
      const found = spans.filter((span) => span.name === name);
      const [only] = found;
      if (only !== undefined && found.length === 1) return only;
      throw new Error(`${found.length} spans are called "${name}" among: ${spans.map((span) => span.name).join(', ')}`);
    },
    received: () =>
      new Promise((resolve, reject) => {
        if (posts.length > 0) return resolve();
        const timer = setTimeout(() => reject(new Error(`no traces came within ${LIMIT_MS / 1000} s`)), LIMIT_MS);
        waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
