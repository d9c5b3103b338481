import { type Live, start } from '../cli/live.ts';
import type { Sandbox } from '../cli/sandbox.ts';
import { openSandbox } from '../cli/sandbox.ts';
import { type FakeOptions, type FakeProvider, startFakeProvider } from '../fake/provider.ts';

/**
 * The real program serving chains on a free port of loopback, its models answered by the wire-level fake:
 *
 *     await using server = await serve({ files: { 'hello.yaml': CHAIN } });
 *     const response = await fetch(`${server.url}/chains/hello/runs`, { method: 'POST', … });
 *     server.fake.requests; // what reached the provider
 *
 * When a test fails, what the server said on stderr is in `server.stderr()`.
 */
export interface Serving extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly fake: FakeProvider;
  readonly sandbox: Sandbox;
  readonly live: Live;
  stderr(): string;
  /** Sends a signal and waits for the process to end. Rejects, with stderr, when it takes longer than half a minute. */
  stop(signal?: NodeJS.Signals): ReturnType<typeof ended>;
}

export interface ServingOptions {
  /** Written to the sandbox. Files ending in `.yaml` are served in this order, unless `chains` names others. */
  readonly files: Readonly<Record<string, string | Buffer>>;
  readonly chains?: readonly string[];
  /** After `serve <chains> --port 0`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly fake?: FakeOptions;
  /** A folder used by an earlier server; it is not removed at the end. */
  readonly sandbox?: Sandbox;
}

/** Starts it and waits until it listens. Rejects with what it said when it does not. */
export async function serve(options: ServingOptions): Promise<Serving> {
  const fake = await startFakeProvider(options.fake);
  const sandbox = options.sandbox ?? openSandbox();
  sandbox.write(options.files);
  const chains = options.chains ?? Object.keys(options.files).filter((name) => name.endsWith('.yaml'));
  const env = {
    OPENAI_BASE_URL: fake.openaiUrl,
    OPENAI_API_KEY: TEST_KEY,
    ANTHROPIC_BASE_URL: fake.anthropicUrl,
    ...options.env,
  };
  const live = start(sandbox, ['serve', ...chains, '--port', '0', ...(options.args ?? [])], { env });
  let said = '';
  live.child.stderr?.on('data', (more: string) => {
    said += more;
  });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    live.child.kill(signal);
    return ended(live, () => said);
  };
  const dispose = async (): Promise<void> => {
    await stop('SIGKILL');
    await fake.close();
    if (options.sandbox === undefined) sandbox[Symbol.dispose]();
  };
  try {
    await within(live.saw('stderr', ' at http'), 'the server does not listen', () => said);
    await within(live.saw('stderr', '\n'), 'the server does not listen', () => said);
  } catch (error) {
    await dispose();
    throw error;
  }
  const url = / at (http:\S+)/.exec(said)?.[1] ?? '';
  return { url, port: Number(new URL(url).port), fake, sandbox, live, stop, stderr: () => said, [Symbol.asyncDispose]: dispose };
}

/** The key the server has for its models: it must turn up in nothing that a client or a log gets. */
export const TEST_KEY = 'sk-test-0123456789abcdef';

/** A chain of one prompt, answered by the fake. */
export function chainOf(name: string, prompt = 'Say: {input}'): string {
  return `name: ${name}\nmodel: openai/gpt-4.1-mini\nsteps:\n  - prompt: "${prompt}"\n`;
}

export function postJson(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

function ended(live: Live, said: () => string): Live['ended'] {
  return within(live.ended, 'the server does not end', said);
}

/** Waits half a minute at most, then fails with what is known. */
export function within<T>(promise: Promise<T>, what: string, evidence: () => string = () => ''): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} within 30 s\n${evidence()}`)), 30_000);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}
