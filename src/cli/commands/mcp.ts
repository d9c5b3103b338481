import type { Command } from '../command.ts';
import { serveVerb } from '../mcp/serve.ts';
import { mcpVerbs } from '../mcp/verbs.ts';

export const mcp: Command = {
  examples: [
    { command: 'promptchain mcp tools chain.yaml', note: "the tools of a chain's servers" },
    { command: 'promptchain mcp call chain.yaml fs.read_file path=notes.txt', note: 'call one of them' },
    { command: 'promptchain mcp check chain.yaml', note: 'start each server and say how it went' },
    { command: 'promptchain mcp tools -- npx -y @modelcontextprotocol/server-everything', note: 'a server that no chain names' },
    { command: 'promptchain mcp serve chain.yaml', note: 'be an MCP server, with the chain as a tool' },
  ],
  verbs: [...mcpVerbs, serveVerb],
};
