import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { ServerNotification } from '@modelcontextprotocol/sdk/types.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  type LoggingLevel,
  McpError,
  SetLevelRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import type { Service } from '../service.ts';
import { type ChainCall, callChain } from './call.ts';
import { isWorth, logLine } from './messages.ts';
import { createProgress } from './progress.ts';
import { toolOf } from './tools.ts';

export interface McpOptions {
  /** Of the program. */
  readonly version: string;
  /** Asked once for each call, with what the transport was handed for its request. */
  caller(handed: AuthInfo | undefined): Caller;
}

export interface Caller {
  /** Who asks. */
  readonly about: ChainCall['about'];
  /** What ends the call besides the client's word. */
  readonly gone?: AbortSignal;
  /** Told when the call has ended. */
  done?(): void;
}

/** One client's side of the MCP server: each chain is a tool. */
export function createMcpServer({ chains, start }: Pick<Service, 'chains' | 'start'>, { version, caller }: McpOptions): Server {
  const capabilities = { tools: {}, logging: {} };
  const server = new Server({ name: 'promptchain', version }, { capabilities, jsonSchemaValidator: VALIDATOR });
  let least: LoggingLevel = 'warning';
  server.setRequestHandler(SetLevelRequestSchema, ({ params }) => {
    least = params.level;
    return {};
  });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: chains.map(toolOf) }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }, { authInfo, signal, sendNotification, _meta }) => {
    const chain = chains.find(({ name }) => name === params.name);
    if (chain === undefined) throw new McpError(ErrorCode.InvalidParams, `there is no tool "${params.name}"`);
    const { about, gone, done } = caller(authInfo);
    const token = _meta?.progressToken;
    const progressAfter = createProgress();
    // Whoever has gone hears nothing more; the run then ends by itself.
    const tell = (notification: ServerNotification): void => void sendNotification(notification).catch(() => undefined);
    return callChain(
      { start },
      {
        chain,
        args: params.arguments ?? {},
        about,
        signals: gone === undefined ? [signal] : [signal, gone],
        hear(event) {
          const progress = token === undefined ? undefined : progressAfter(event);
          if (progress !== undefined)
            tell({ method: 'notifications/progress', params: { progressToken: token ?? '', ...progress } });
          const line = logLine(event);
          if (line === undefined || !isWorth(line.level, least)) return;
          tell({ method: 'notifications/message', params: { level: line.level, logger: chain.name, data: line.text } });
        },
      },
    ).finally(done);
  });
  return server;
}

/** One for all sessions: they are many, and it is not small. */
const VALIDATOR = new AjvJsonSchemaValidator();
