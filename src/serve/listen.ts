import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';

export interface Listening {
  readonly url: string;
  readonly server: Server;
  /** Takes no more connections; resolves when the last one has ended. */
  close(): Promise<void>;
}

/** Serves the application on one port. Rejects when the address cannot be had. */
export async function listen(app: Hono, { host, port }: { readonly host: string; readonly port: number }): Promise<Listening> {
  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}`,
    server,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
