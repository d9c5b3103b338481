import { connect, type Socket } from 'node:net';
import { within } from './serving.ts';

/** What a server said on a connection until it hung up or the answer was whole. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Writes bytes as they are, and reads one answer. Resolves with status 0 when the server hangs up without one. */
export function raw(port: number, ...pieces: readonly (string | Buffer)[]): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1');
  for (const piece of pieces) socket.write(piece);
  return answerOn(socket);
}

/** The head of a request; a blank line ends it. */
export function head(line: string, headers: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${line} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** Reads the one answer that comes on the connection, then ends it. */
function answerOn(socket: Socket): Promise<RawAnswer> {
  let said = '';
  const whole = new Promise<RawAnswer>((resolve) => {
    const look = (over: boolean): void => {
      const answer = parsed(said, over);
      if (answer === undefined) return;
      resolve(answer);
      socket.destroy();
    };
    socket.on('error', () => undefined);
    socket.on('data', (more) => {
      said += more.toString('latin1');
      look(false);
    });
    socket.on('close', () => look(true));
  });
  return within(whole, 'no answer', () => said);
}

function parsed(said: string, over: boolean): RawAnswer | undefined {
  const end = said.indexOf('\r\n\r\n');
  if (end === -1) return over ? { status: 0, headers: {}, body: said } : undefined;
  const [first = '', ...lines] = said.slice(0, end).split('\r\n');
  const status = Number(first.split(' ')[1]);
  if (status === 100) return parsed(said.slice(end + 4), over);
  const headers = Object.fromEntries(lines.map((line) => [line.split(':')[0]?.toLowerCase(), line.replace(/^[^:]*: */, '')]));
  const body = said.slice(end + 4);
  const length = headers['content-length'];
  const isWhole = over || (length !== undefined && Buffer.byteLength(body, 'latin1') >= Number(length)) || status === 101;
  return isWhole ? { status, headers, body } : undefined;
}
