import { Agent, request } from 'node:http';
import { WebSocket } from 'ws';
import { fault, type Tally } from './figures.ts';

/** Somebody who repeats turns until told to stop; resolves when the last one has ended. */
export type Client = (stop: AbortSignal) => Promise<void>;

/** A connection for each request: none that the server closes in the moment it is used again. */
const agent = new Agent();

/** Says one message after the other in a chat of its own; after so many turns it leaves, and comes again to a new one. */
export function chatClient(url: string, tally: Tally, most: number): Client {
  return (stop) => repeat(stop, () => chat(url, tally, most, stop));
}

async function chat(url: string, tally: Tally, most: number, stop: AbortSignal): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/chat/chat`);
  let onMessage: (message: { readonly type: string }) => void = () => undefined;
  let onEnd: () => void = () => undefined;
  socket.on('message', (data) => onMessage(JSON.parse(String(data))));
  socket.on('error', (error) => fault(tally, `chat: ${error.message}`));
  socket.on('close', (code) => {
    if (code !== 1000) fault(tally, `chat closed: ${code}`);
    onEnd();
  });
  await new Promise<void>((resolve) => {
    onEnd = resolve;
    socket.once('open', () => socket.send('{"type":"hello"}'));
    onMessage = ({ type }) => type === 'hello' && resolve();
  });
  for (let turn = 0; turn < most && !stop.aborted && socket.readyState === socket.OPEN; turn += 1) {
    const begun = performance.now();
    await new Promise<void>((resolve) => {
      let first = true;
      onEnd = resolve;
      onMessage = (message) => {
        if (message.type === 'delta' && first) {
          first = false;
          tally.firstMs.push(performance.now() - begun);
        } else if (message.type === 'turn.completed') {
          tally.wholeMs.push(performance.now() - begun);
          resolve();
        } else if (message.type === 'turn.failed' || message.type === 'error') {
          fault(tally, `chat: ${JSON.stringify(message).replaceAll(/[0-9a-f-]{20,}/g, '…')}`);
          resolve();
        }
      };
      socket.send(JSON.stringify({ type: 'message', id: crypto.randomUUID(), text: 'How are you today?' }));
    });
  }
  socket.close(1000);
}

/** Starts one run after the other and follows its events. */
export function runClient(url: string, tally: Tally): Client {
  const mark = /^event: step\.delta$/m;
  return (stop) =>
    repeat(stop, () =>
      streamed(`${url}/chains/run/runs`, { input: 'How are you today?' }, { tally, mark, end: 'event: run.completed' }),
    );
}

/** Asks the provider itself, as the server does: what there is to wait for anyway. */
export function directClient(url: string, tally: Tally): Client {
  const body = { model: 'gpt-4.1-mini', stream: true, messages: [{ role: 'user', content: 'How are you today?' }] };
  return (stop) => repeat(stop, () => streamed(`${url}/chat/completions`, body, { tally, mark: /"content":"\w/, end: '[DONE]' }));
}

async function repeat(stop: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!stop.aborted) await work();
}

interface Watch {
  readonly tally: Tally;
  readonly mark: RegExp;
  readonly end: string;
}

function streamed(url: string, body: object, { tally, mark, end }: Watch): Promise<void> {
  const begun = performance.now();
  return new Promise((resolve) => {
    const asked = request(url, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', authorization: 'Bearer x' },
    });
    asked.once('error', (error) => {
      fault(tally, `run: ${error.message}`);
      resolve();
    });
    asked.once('response', (response) => {
      let got = '';
      let first = true;
      response.setEncoding('utf8').on('data', (more: string) => {
        got += more;
        if (first && mark.test(got)) {
          first = false;
          tally.firstMs.push(performance.now() - begun);
        }
      });
      response.once('close', () => {
        if (response.statusCode === 200 && got.includes(end)) tally.wholeMs.push(performance.now() - begun);
        else fault(tally, `run: ${response.statusCode} ${got.slice(-300).replaceAll(/[0-9a-f-]{20,}/g, '…')}`);
        resolve();
      });
    });
    asked.end(JSON.stringify(body));
  });
}

/** Asks for large answers and reads none of them, in a chat and over SSE; comes again when it was thrown out. */
export function deafClients(url: string, thrownOut: () => void): readonly Client[] {
  return [
    async (stop) => {
      while (!stop.aborted) {
        const socket = new WebSocket(`${url.replace('http', 'ws')}/chat/deaf`);
        socket.on('error', () => undefined);
        const closed = new Promise((resolve) => socket.once('close', resolve));
        socket.once('open', () => {
          socket.send('{"type":"hello","events":true}');
          // It never reads another byte.
          socket.once('message', () => socket.pause());
        });
        const more = setInterval(() => {
          if (socket.readyState === socket.OPEN) socket.send('{"type":"message","text":"LARGE"}');
        }, 5000);
        const end = new Promise((resolve) => setTimeout(resolve, 60_000).unref());
        await Promise.race([socketGone(socket), closed, aborted(stop), end]);
        clearInterval(more);
        if (!stop.aborted) thrownOut();
        socket.terminate();
      }
    },
    async (stop) => {
      while (!stop.aborted) {
        const asked = request(`${url}/chains/deaf/runs`, { method: 'POST', headers: { 'content-type': 'application/json' } });
        asked.on('error', () => undefined).on('response', (response) => response.pause());
        const closed = new Promise((resolve) => asked.once('close', resolve));
        asked.end(JSON.stringify({ input: 'LARGE' }));
        await Promise.race([closed, aborted(stop), new Promise((resolve) => setTimeout(resolve, 60_000).unref())]);
        if (!stop.aborted) thrownOut();
        asked.destroy();
      }
    },
  ];
}

/** A paused socket is not told that the other side has gone: a write is. */
function socketGone(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const look = setInterval(() => {
      if (socket.readyState < socket.CLOSING) return;
      clearInterval(look);
      resolve();
    }, 500);
    look.unref();
  });
}

function aborted(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
}
