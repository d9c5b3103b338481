import { ToolError } from '../../core/errors.ts';
import { type Definition, readDefinitions } from './definitions.ts';
import { PAGES, START_MS, TOOLS } from './limits.ts';
import { ServerRefusal, type Session } from './session.ts';

/** All the tools that a server offers and that can be used, page by page within bounds; a note for whatever is left out. */
export async function listTools(
  session: Session,
  server: string,
  signal: AbortSignal,
): Promise<{ readonly tools: readonly Definition[]; readonly notes: readonly string[] }> {
  if (!session.hasTools) return { tools: [], notes: [] };
  const listed: unknown[] = [];
  const notes: string[] = [];
  let cursor: string | undefined;
  for (let page = 1; ; page++) {
    const answer = await ask(session, server, cursor, signal);
    if (!Array.isArray(answer.tools)) throw noList(server, 'the answer has no list of tools');
    listed.push(...answer.tools.slice(0, TOOLS + 1 - listed.length));
    const next = typeof answer.nextCursor === 'string' && answer.nextCursor !== '' ? answer.nextCursor : undefined;
    if (listed.length > TOOLS) {
      notes.push(`it lists more than ${TOOLS} tools; the rest is left out`);
      break;
    }
    if (next === undefined) break;
    if (page === PAGES || next === cursor) {
      notes.push(`its list of tools has no end; ${page} ${page === 1 ? 'page was' : 'pages were'} read`);
      break;
    }
    cursor = next;
  }
  const read = readDefinitions(listed.slice(0, TOOLS));
  return { tools: read.tools, notes: [...notes, ...read.notes] };
}

async function ask(session: Session, server: string, cursor: string | undefined, signal: AbortSignal) {
  try {
    const params = cursor === undefined ? {} : { cursor };
    return await session.request({ method: 'tools/list', params, timeoutMs: START_MS }, signal);
  } catch (error) {
    if (error instanceof ServerRefusal) throw noList(server, error.message);
    throw error;
  }
}

function noList(server: string, why: string): ToolError {
  return new ToolError(`the MCP server "${server}" does not list its tools: ${why}`, { code: 'PC7020', reason: 'tool' });
}
