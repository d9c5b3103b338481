import { createServer } from 'node:net';

/** A port where somebody would answer, and how many came. */
export interface Listening extends AsyncDisposable {
  readonly url: string;
  readonly connections: number;
}

export async function startListening(): Promise<Listening> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    get connections() {
      return connections;
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
