import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';

/** Under this key an answer's content is kept for Anthropic: signed thoughts must come back before the calls they led to. */
export const KEPT = 'anthropic';

interface Call {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** Rebuilds the content of an answer, block by block, as it must be given back. */
export function createKept() {
  const blocks = new Map<unknown, Record<string, Json>>();
  return {
    begin(index: unknown, block: JsonObject): void {
      blocks.set(index, { ...block });
    },
    add(index: unknown, delta: JsonObject): void {
      const block = blocks.get(index);
      if (block === undefined) return;
      for (const [type, name] of PARTS) {
        if (delta.type === type) block[name] = `${textIn(block[name])}${textIn(delta[name])}`;
      }
    },
    /** Undefined when there were no thoughts: then the text and the calls say it all. */
    items(calls: ReadonlyMap<unknown, Call>): JsonObject | undefined {
      const all = [...blocks];
      if (!all.some(([, { type }]) => type === 'thinking' || type === 'redacted_thinking')) return undefined;
      const content = all
        .map(([index, block]): JsonObject => {
          const call = calls.get(index);
          return call === undefined ? block : { type: 'tool_use', id: call.id, name: call.name, input: inputOf(call.arguments) };
        })
        .filter((block) => block.type !== 'text' || textIn(block.text).trim() !== '');
      return { [KEPT]: content };
    },
  };
}

const PARTS = [
  ['text_delta', 'text'],
  ['thinking_delta', 'thinking'],
  ['signature_delta', 'signature'],
] as const;

/** What the model wrote, also when it was no JSON: it must see its own words to mend them. */
export function inputOf(text: string): JsonObject {
  const value = parsed(text === '' ? '{}' : text);
  return isJsonObject(value) ? value : { arguments: text };
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function textIn(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
