import { Failure, ToolError } from '../../core/errors.ts';
import { cleanLine } from './clean-text.ts';
import { CallLost } from './failures.ts';

/** What went wrong between us and a server over HTTP, from what the SDK throws; undefined when it is something else. */
export function httpFailure(server: string, url: string, error: unknown): ToolError | undefined {
  if (error instanceof Failure) return undefined;
  const status = statusOf(error);
  if (status === 401 || status === 403) return unauthorised(server, status);
  if (status === 404) return notFound(server, url, error);
  if (status !== undefined) return answered(server, status, error);
  return error instanceof TypeError || isNetwork(error) ? unreachable(server, url, error) : undefined;
}

/** The HTTP status that an error of the SDK's transports stands for. */
export function statusOf(error: unknown): number | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code === 'number' && code >= 300 && code <= 599) return code;
  const said = error instanceof Error ? /\(HTTP (\d{3})\)/.exec(error.message)?.[1] : undefined;
  return said === undefined ? undefined : Number(said);
}

function unauthorised(server: string, status: number): ToolError {
  const what = status === 401 ? 'wants credentials' : 'does not permit this with the credentials it got';
  return new ToolError(`the MCP server "${server}" ${what} (HTTP ${status})`, {
    code: 'PC7015',
    reason: 'auth',
    help: 'give it a token: headers: {Authorization: "Bearer ${TOKEN}"}; logging in with OAuth is not supported in this version',
  });
}

function notFound(server: string, url: string, error: unknown): CallLost {
  return new CallLost(`the MCP server "${server}" does not know this session, or its address (HTTP 404)`, {
    code: 'PC7017',
    reached: 'no',
    help: `check the address: ${shownUrl(url)}`,
    cause: error,
  });
}

function answered(server: string, status: number, error: unknown): ToolError {
  const said = error instanceof Error ? cleanLine(error.message.replace(PHRASES, ''), 300) : '';
  const words = said === '' || said.startsWith('<') ? '' : `: ${said}`;
  return new ToolError(`the MCP server "${server}" answered with HTTP ${status}${words}`, {
    code: 'PC7017',
    reason: status >= 500 ? 'server' : 'tool',
    help: status < 400 ? 'put the address it names into the file, if you trust it; headers are sent nowhere else' : undefined,
    cause: error,
  });
}

/** What the SDK puts around a server's own words. */
const PHRASES =
  /^Streamable HTTP error: |^SSE error: |Error POSTing to endpoint(?: \(HTTP \d+\))?: |Failed to open SSE stream: | \(redirectPolicy: '[^']*'\)$/g;

function unreachable(server: string, url: string, error: unknown): CallLost {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  const why = WORDS[code ?? ''] ?? (cause instanceof Error ? cause.message : String(error));
  return new CallLost(`the MCP server "${server}" cannot be reached at ${shownUrl(url)}: ${cleanLine(why, 200)}`, {
    code: 'PC7017',
    reached: NEVER_SENT.has(code ?? '') ? 'no' : 'maybe',
    help: 'check that it runs and that the address is right',
    cause: error,
  });
}

const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up',
  ECONNRESET: 'the connection was reset',
  UND_ERR_SOCKET: 'the connection was closed',
};

function isNetwork(error: unknown): boolean {
  return error instanceof Error && /fetch failed|terminated|socket|ECONN/i.test(error.message);
}

/** Without what may be secret: user, password and query. */
function shownUrl(url: string): string {
  try {
    const { origin, pathname } = new URL(url);
    return `${origin}${pathname}`;
  } catch {
    return cleanLine(url, 100);
  }
}
