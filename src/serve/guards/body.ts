import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Refusal } from '../refusal.ts';

export interface BodyLimits {
  readonly maxBytes: number;
  /** How long a body may take to arrive. */
  readonly timeoutMs: number;
}

/** A body that says how large it is and is too large: found before any of it is read. */
export function tooLarge({ headers }: Pick<IncomingMessage, 'headers'>, { maxBytes }: BodyLimits): Refusal | undefined {
  return Number(headers['content-length'] ?? 0) > maxBytes ? tooManyBytes(maxBytes) : undefined;
}

/** The whole body, or why it is refused; undefined when the client has gone. What is refused is read no further. */
export function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer | Refusal | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = (outcome: Buffer | Refusal | undefined): void => {
      clearTimeout(timer);
      request.off('data', take).off('end', whole).off('close', gone).off('error', gone).pause();
      resolve(outcome);
    };
    const take = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > limits.maxBytes) end(tooManyBytes(limits.maxBytes));
      else chunks.push(chunk);
    };
    const whole = (): void => end(Buffer.concat(chunks));
    const gone = (): void => end(undefined);
    const timer = setTimeout(() => end(TOO_SLOW), limits.timeoutMs);
    request.on('data', take).on('end', whole).on('close', gone).on('error', gone);
  });
}

/** What is wrong with a body as JSON, whoever is to read it. */
export function faultOf(body: Buffer): Refusal | undefined {
  if (!isUtf8(body)) return malformed('the body is not UTF-8');
  const text = body.toString();
  if (depthOf(text) > DEEPEST) {
    return { status: 400, code: 'PC2264', message: `the body is nested more than ${DEEPEST} deep` };
  }
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    // The parser's own words quote the text.
    return malformed('the body is not JSON');
  }
}

/** Beyond it a parser, or whatever walks the value, may run out of stack. */
const DEEPEST = 64;

function malformed(message: string): Refusal {
  return { status: 400, code: 'PC2263', message };
}

function tooManyBytes(maxBytes: number): Refusal {
  return { status: 413, code: 'PC2264', message: `the body is larger than ${maxBytes} bytes` };
}

const TOO_SLOW: Refusal = { status: 408, code: 'PC2268', message: 'the body did not arrive in time' };

/** How many brackets are open at most; of text that is no JSON it says nothing in particular. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (quoted) {
      if (code === BACKSLASH) index += 1;
      else if (code === QUOTE) quoted = false;
    } else if (code === QUOTE) quoted = true;
    else if (code === OPEN_MAP || code === OPEN_LIST) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (code === CLOSE_MAP || code === CLOSE_LIST) depth -= 1;
  }
  return deepest;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;
