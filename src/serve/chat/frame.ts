import { isUtf8 } from 'node:buffer';
import { zodSentence } from '../../lib/zod-sentence.ts';
import { type ChatError, type ClientMessage, clientMessage } from './protocol.ts';

/** What a text frame says: a message, why it is none, or undefined for one that is not JSON at all. */
export function readFrame(frame: Buffer): ClientMessage | { readonly type: 'unknown'; readonly error: ChatError } | undefined {
  const value = parse(frame);
  if (value === undefined) return undefined;
  const message = clientMessage.safeParse(value);
  if (message.success) return message.data;
  return {
    type: 'unknown',
    error: { code: 'PC2281', message: zodSentence(message.error), help: 'promptchain help websocket' },
  };
}

function parse(frame: Buffer): unknown {
  if (!isUtf8(frame) || isDeep(frame)) return undefined;
  try {
    return JSON.parse(frame.toString()) as unknown;
  } catch {
    return undefined;
  }
}

/** Whatever walks a value may run out of stack on one that is all brackets; those inside of texts count too, and do no harm. */
function isDeep(frame: Buffer): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < frame.length; at += 1) {
    const byte = frame[at];
    if (byte === QUOTE) quoted = !quoted;
    else if (quoted) at += byte === BACKSLASH ? 1 : 0;
    else if (byte === OPEN_MAP || byte === OPEN_LIST) depth += 1;
    else if (byte === CLOSE_MAP || byte === CLOSE_LIST) depth -= 1;
    if (depth > DEEPEST) return true;
  }
  return false;
}

const DEEPEST = 64;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;
