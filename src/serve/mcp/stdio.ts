import type { Readable, Writable } from 'node:stream';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { Service } from '../service.ts';
import { createMcpServer } from './server.ts';

export interface Streams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Hears of what is no message. */
  complain(error: Error): void;
}

/** Speaks MCP with the one client at the other end of stdin and stdout. Resolves when it has gone; its calls are then ended. */
export async function serveStdio(
  service: Pick<Service, 'chains' | 'start'>,
  { stdin, stdout, complain, version }: Streams & { readonly version: string },
): Promise<void> {
  const server = createMcpServer(service, { version, caller: () => ({ about: {} }) });
  const gone = new Promise<void>((resolve) => {
    stdin
      .once('end', resolve)
      .once('close', resolve)
      .once('error', () => resolve());
    stdout.once('close', resolve).on('error', () => resolve());
    server.onclose = resolve;
  });
  server.onerror = complain;
  await server.connect(new StdioServerTransport(stdin, stdout));
  await gone;
  server.onclose = () => undefined;
  await server.close();
}
