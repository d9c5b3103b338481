import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { type LoggingMessageNotification, LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';

export interface Connected extends AsyncDisposable {
  readonly client: Client;
  readonly log: LoggingMessageNotification['params'][];
}

/** The SDK's client at the other end of a transport, with what the server says in its log. */
export async function connect(transport: Transport): Promise<Connected> {
  const client = new Client({ name: 'test', version: '1' });
  const log: LoggingMessageNotification['params'][] = [];
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void log.push(params));
  await client.connect(transport);
  return { client, log, [Symbol.asyncDispose]: () => client.close() };
}

export function overHttp({ url }: { readonly url: string }): Promise<Connected> {
  return connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)) as Transport);
}
