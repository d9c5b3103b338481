import { ToolError } from '../../core/errors.ts';

/** Given to a call by our side of the connection. No server sends it: the protocol keeps this part of the range and does not use it. */
export const STREAM_LOST = -32_098;

/**
 * A call whose answer was lost. `reached: 'no'` means that the server never saw it, so that it may be made again whatever the
 * tool does.
 */
export class CallLost extends ToolError {
  readonly reached: 'no' | 'maybe';

  constructor(message: string, options: { code: string; reached: 'no' | 'maybe'; help?: string | undefined; cause?: unknown }) {
    super(message, { reason: 'tool', ...options });
    this.reached = options.reached;
  }
}

export function notStarted(server: string, command: string, cwd: string, error: NodeJS.ErrnoException): ToolError {
  const missing = error.code === 'ENOENT';
  // Node quotes what it refuses, which may be a token.
  const words = error.code === 'ERR_INVALID_ARG_VALUE' ? 'an argument or a variable holds a NUL character' : error.message;
  const why = missing ? `"${command}" was not found` : `"${command}": ${words}`;
  return new ToolError(`the MCP server "${server}" cannot be started: ${why}`, {
    code: 'PC7011',
    reason: 'tool',
    cause: error.code === 'ERR_INVALID_ARG_VALUE' ? undefined : error,
    help: missing ? `install it, or check "command", the PATH and that the folder exists: ${cwd}` : undefined,
  });
}

export function startTooLong(server: string, limitMs: number, lines: readonly string[]): ToolError {
  return new ToolError(`the MCP server "${server}" did not answer within ${limitMs / 1000} s of its start${quoted(lines)}`, {
    code: 'PC7012',
    reason: 'timeout',
    help: 'if it was still being downloaded or installed, run its command once by hand',
  });
}

export function ended(server: string, how: string, lines: readonly string[], reached: 'no' | 'maybe' = 'maybe'): CallLost {
  return new CallLost(`the MCP server "${server}" ended with ${how}${quoted(lines)}`, {
    code: 'PC7013',
    reached,
    help: lines.length === 0 ? 'it wrote nothing to stderr; run its command by hand to see what it does' : undefined,
  });
}

export function brokeProtocol(server: string, what: string, lines: readonly string[] = []): ToolError {
  return new ToolError(`the MCP server "${server}" ${what}${quoted(lines)}`, { code: 'PC7014', reason: 'tool' });
}

export function callTooLong(server: string, tool: string, limitMs: number): ToolError {
  return new ToolError(`the tool "${server}.${tool}" did not answer within ${limitMs / 1000} s`, {
    code: 'PC7016',
    reason: 'timeout',
    help: `give the server longer with "timeout" in its entry under "mcp"`,
  });
}

export function closedByUs(server: string): ToolError {
  return new ToolError(`the MCP server "${server}" was closed`, { code: 'PC7019', reason: 'tool' });
}

/** The last lines of stderr, indented below a message. */
function quoted(lines: readonly string[]): string {
  const shown = lines.filter((line) => line.trim() !== '');
  return shown.length === 0 ? '' : `; the last it wrote:\n${shown.map((line) => `  ${line}`).join('\n')}`;
}
