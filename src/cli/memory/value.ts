import { buffer } from 'node:stream/consumers';
import { UsageError } from '../../core/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Call } from '../command.ts';

/**
 * The value an operand gives: its text, or with `--json` what that means; `-` is stdin. One line break at the end of stdin is
 * not part of the value, as `memory get` adds one: what one prints the other reads.
 */
export async function valueFrom(call: Call, operand: string): Promise<Json> {
  const text = operand === '-' ? (await stdinText(call)).replace(/\n$/, '') : operand;
  return call.options.json === true ? parseJson(text, operand === '-' ? 'stdin' : 'the value') : text;
}

export function parseJson(text: string, name: string): Json {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${name} is not JSON: ${(cause as Error).message}`, {
      help: 'without --json it is taken as text',
      cause,
    });
  }
}

export function mapFrom(value: Json, name: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw new UsageError(`${name} is not a JSON map`, { help: 'give something like \'{"name": "value"}\'' });
}

export async function stdinText({ io }: Call): Promise<string> {
  const bytes = await buffer(io.stdin);
  const decoded = decodeUtf8(bytes);
  if ('text' in decoded) return decoded.text;
  throw new UsageError(`stdin is not UTF-8 text: the byte at offset ${decoded.badByteAt} belongs to no character`, {
    help: 'convert it first, for example with: iconv -t UTF-8',
  });
}
