import { z } from 'zod';
import { once } from '../lib/once.ts';

const name = () => z.string().min(1);
const texts = () => z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** One MCP server, as docker compose and `mcpServers` files write it. */
const serverSchema = once(() =>
  z
    .strictObject({
      type: z.enum(['stdio', 'http', 'sse', 'streamable-http']).optional().describe('by default what command or url imply'),
      command: z.string().min(1).optional().describe('the program that speaks MCP on its stdin and stdout'),
      args: z.array(z.string()).optional().describe('its arguments'),
      env: texts().optional().describe(`variables for it; \${VAR} is expanded`),
      cwd: z.string().optional().describe('the folder it runs in'),
      url: z.string().optional().describe('the address of a server that is already running'),
      headers: texts().optional().describe('sent with every request to url'),
      tools: z.array(z.string()).optional().describe('only these of its tools, as names or patterns'),
      timeout: z.string().optional().describe('the longest one call may take, such as 60s'),
      auto_connect: z.boolean().optional(),
      description: z.string().optional(),
    })
    .refine((server) => (server.command === undefined) !== (server.url === undefined), 'needs either "command" or "url"'),
);

/** `mcp:` as a map of names to servers. */
export const serversSchema = () => z.record(name(), serverSchema());

/** `mcp_servers:` as the original has it: a list, each with its `id`. */
export const serverListSchema = () => z.array(serverSchema().safeExtend({ id: name().describe('its name') }));
