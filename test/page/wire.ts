import assert from 'node:assert/strict';
import { connect, createServer, type Socket } from 'node:net';

/** What stands between a browser and a server: it passes bytes on, until it is cut. */
export interface Wire extends AsyncDisposable {
  readonly url: string;
  /** Ends every connection, and refuses those that come. */
  cut(): void;
  mend(): void;
}

/** A wire to the port on loopback. */
export async function layWire(port: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return near.destroy();
    const far = connect(port, '127.0.0.1');
    for (const [own, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(own);
      own.on('error', () => undefined);
      own.once('close', () => {
        sockets.delete(own);
        other.destroy();
      });
      own.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut,
    mend() {
      isCut = false;
    },
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
