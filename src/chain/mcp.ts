import { z } from 'zod';
import { duration } from '../lib/duration.ts';
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
      env: texts()
        .optional()
        .describe(`variables for it, besides a short safe list; \${VAR} is expanded, and a name without a value is passed on`),
      cwd: z.string().min(1).optional().describe("the folder it runs in; by default the chain's"),
      url: z.string().min(1).optional().describe('the address of a server that is already running'),
      headers: texts().optional().describe(`sent with every request to url; \${VAR} is expanded`),
      tools: z.array(z.string().min(1)).optional().describe('only these of its tools, as names or patterns'),
      timeout: duration().optional().describe('the longest one call may take, such as 60s, which is the default'),
      start_timeout: duration().optional().describe('the longest it may take to start, such as 30s, which is the default'),
      auto_connect: z.boolean().optional().describe('accepted and not needed: a server starts when a step first uses it'),
      description: z.string().optional().describe('what it is for, for people'),
    })
    .refine((server) => (server.command === undefined) !== (server.url === undefined), 'needs either "command" or "url"'),
);

/** `mcp:` as a map of names to servers. */
export const serversSchema = () => z.record(name(), serverSchema());

/** `mcp_servers:` as the original has it: a list, each with its `id`. */
export const serverListSchema = () => z.array(serverSchema().safeExtend({ id: name().describe('its name') }));

export type WrittenServer = z.output<ReturnType<typeof serverSchema>>;
