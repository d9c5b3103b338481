import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

/**
 * An MCP server of issues and code, over stdio, with the names of GitHub's: `node issue-server.js`. `search_issues` answers with
 * the query it got, `get_file_contents` with its token, so that a test sees both; a query with the word `fail` is an error.
 */
const server = new McpServer({ name: 'issues', version: '1.0.0' });
const say = (text: string) => ({ content: [{ type: 'text' as const, text }] });
const reads = { readOnlyHint: true };

server.registerTool(
  'search_issues',
  { description: 'finds issues', inputSchema: { q: z.string() }, annotations: reads },
  ({ q }) => (q.includes('fail') ? { ...say('the index is being built'), isError: true } : say(`issues for ${q}`)),
);
server.registerTool('search_code', { description: 'finds code', inputSchema: { q: z.string() }, annotations: reads }, ({ q }) =>
  say(`src/parse.js:7 has ${q}`),
);
server.registerTool(
  'get_issue',
  { description: 'reads an issue', inputSchema: { issue_number: z.int() }, annotations: reads },
  ({ issue_number }) => say(`issue ${issue_number}`),
);
server.registerTool(
  'get_file_contents',
  { description: 'reads a file', inputSchema: { path: z.string() }, annotations: reads },
  ({ path }) => say(`${path}: // token ${process.env.GITHUB_PERSONAL_ACCESS_TOKEN}`),
);
server.registerTool('create_issue', { description: 'writes an issue', inputSchema: { title: z.string() } }, ({ title }) =>
  say(`created ${title}`),
);
await server.connect(new StdioServerTransport());
