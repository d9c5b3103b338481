import { matches } from './glob.ts';

/**
 * Whether a pattern of tool names can name a tool of this server. The server must be meant: `github.*` and `git*.search` reach
 * it, `*.*` reaches every server, `*` and whatever has no dot reach none.
 */
export function reachesServer(pattern: string, server: string): boolean {
  return heads(pattern).some((head) => matches(head, server));
}

/**
 * Whether a pattern names this built-in tool. One in a group must have its group spelled out (`files.*`), one without a group
 * its whole name: what nobody wrote down is not switched on by a star.
 */
export function namesBuiltIn(pattern: string, tool: string): boolean {
  if (pattern === tool) return true;
  const dot = tool.indexOf('.');
  return dot !== -1 && pattern.startsWith(tool.slice(0, dot + 1)) && matches(pattern, tool);
}

export interface ToolNames {
  readonly servers: readonly string[];
  /** Declared and built-in ones. */
  readonly tools: readonly string[];
}

/** Whether the name of a rule, such as `github.*` or `run`, can fit any call. Which tools a server has is not known yet. */
export function fitsSome(pattern: string, { servers, tools }: ToolNames): boolean {
  if (matches(pattern, 'run') || tools.some((name) => matches(pattern, name))) return true;
  const [start = ''] = pattern.split('*');
  return servers.some((server) => start.startsWith(`${server}.`) || (start !== pattern && `${server}.`.startsWith(start)));
}

/** What stands before each dot: names of servers may have dots themselves. */
function heads(pattern: string): string[] {
  return [...pattern.matchAll(/\./g)].map(({ index }) => pattern.slice(0, index));
}
