import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CALLS } from './provider.ts';

/**
 * A provider that costs next to nothing, as a process of its own: answers Chat Completions with 50 tokens whose bytes were
 * made beforehand. The model `paced` waits 200 ms for the first token and 5 ms for each, every other answers at once; `agent`
 * calls a tool, 20 times one after the other, before it does.
 *
 * `GET /taken` tells how long each answer took since the last call: `{firstMs, wholeMs}` from the end of the request.
 */
export interface Taken {
  readonly firstMs: number;
  readonly wholeMs: number;
}

export const TOKENS = 50;
export const WAIT_MS = 200;
export const PACE_MS = 5;

const taken: Taken[] = [];
const deltas = Array.from({ length: TOKENS }, (_, index) => frame({ content: `token${index} ` }, null));
const tail = Buffer.concat([
  frame({}, 'stop'),
  event({ choices: [], usage: { prompt_tokens: 10, completion_tokens: TOKENS, total_tokens: 10 + TOKENS } }),
  Buffer.from('data: [DONE]\n\n'),
]);
const whole = Buffer.concat([...deltas, tail]);

const server = createServer((request, response) => void serve(request, response));
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET') return void response.end(JSON.stringify(taken.splice(0)));
  let body = '';
  for await (const piece of request.setEncoding('utf8')) body += piece;
  const start = performance.now();
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  if (body.includes('"paced"')) return pace(response, start);
  const calls = body.includes('"agent"') ? body.split('"role":"tool"').length - 1 : CALLS;
  if (calls < CALLS) return void response.end(toolCall(calls));
  response.end(whole);
}

/** Each token at its own time from the start, so that a late timer does not add up. */
function pace(response: ServerResponse, start: number): void {
  let sent = 0;
  let firstMs = 0;
  const next = (): void => {
    const due = Math.min(TOKENS, 1 + Math.floor((performance.now() - start - WAIT_MS) / PACE_MS));
    if (sent === 0) firstMs = performance.now() - start;
    if (due > sent) response.write(Buffer.concat(deltas.slice(sent, due)));
    sent = due;
    if (sent < TOKENS) return void setTimeout(next, Math.max(0, start + WAIT_MS + sent * PACE_MS - performance.now()));
    taken.push({ firstMs, wholeMs: performance.now() - start });
    response.end(tail);
  };
  setTimeout(next, WAIT_MS);
}

function toolCall(number: number): Buffer {
  const called = { name: 'mcp_it_add', arguments: '' };
  return Buffer.concat([
    frame({ tool_calls: [{ index: 0, id: `call_${number}`, type: 'function', function: called }] }, null),
    frame({ tool_calls: [{ index: 0, function: { arguments: `{"a":${number},"b":1}` } }] }, null),
    frame({}, 'tool_calls'),
    Buffer.from('data: [DONE]\n\n'),
  ]);
}

function frame(delta: object, finish: string | null): Buffer {
  return event({ choices: [{ index: 0, delta, finish_reason: finish }] });
}

function event(part: object): Buffer {
  const about = { id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 0, model: 'bench' };
  return Buffer.from(`data: ${JSON.stringify({ ...about, ...part })}\n\n`);
}
