import type { Json } from '../core/json.ts';
import type { Output } from './output.ts';
import { isLast, type Renderer } from './renderer.ts';
import { createSanitizer } from './sanitize.ts';

export interface TextOptions {
  readonly out: Output;
  /** Write the final step's text as it comes; otherwise the result is written at the end. */
  readonly stream: boolean;
  /** Keep control sequences even on a terminal. */
  readonly raw: boolean;
}

/**
 * Stdout in text mode: the result and nothing else, ended by a line break if it has none. Only a terminal gets it without
 * control sequences; everything else gets the exact bytes.
 */
export function textRenderer({ out, stream, raw }: TextOptions): Renderer {
  const clean = out.isTTY && !raw ? createSanitizer() : (text: string): string => text;
  const final = new Set<string>();
  let streamed = 0;
  let endsLine = true;

  const write = (text: string): void | Promise<void> => {
    if (text === '') return undefined;
    streamed += text.length;
    endsLine = text.endsWith('\n');
    return out.write(clean(text));
  };

  return {
    write(event) {
      if (event.type === 'step.delta') return stream && final.has(event.step) ? write(event.text) : undefined;
      if (event.type === 'step.started' && event.final) final.add(event.step);
      if (!isLast(event)) return undefined;
      const rest = event.type === 'run.completed' ? resultText(event.result.output).slice(streamed) : '';
      return finish(rest);
    },
    end: () => out.flush(),
  };

  async function finish(rest: string): Promise<void> {
    await write(rest);
    if (!endsLine) await out.write('\n');
  }
}

/** A result as text: a text as it is, a map as indented JSON. */
function resultText(output: Json): string {
  return typeof output === 'string' ? output : JSON.stringify(output, null, 2);
}
