import type { StepEvent } from '../core/event.ts';
import type { ModelSpec } from '../core/model.ts';
import type { StepContext } from '../core/step.ts';
import { estimateTokens } from '../lib/token-estimate.ts';

export interface SummaryTask {
  readonly model: ModelSpec;
  /** Tokens the summary may have, and those the model can read at once. */
  readonly limit: { readonly tokens: number; readonly window: number };
  /** Begins the journal keys of its turns. */
  readonly key: string;
}

/** A text in fewer words, by the model itself: in pieces when it cannot read all of it at once, each a turn of its own. */
export async function* summaryOf(
  text: string,
  { model, limit, key }: SummaryTask,
  context: StepContext,
): AsyncGenerator<StepEvent, string> {
  const pieces = piecesOf(text, limit.window / 2);
  const words = Math.max(20, Math.floor((limit.tokens * WORDS_A_TOKEN) / pieces.length));
  const summaries: string[] = [];
  for (const [index, piece] of pieces.entries()) {
    const turn = pieces.length === 1 ? key : `${key}.${index + 1}`;
    const asked = `Shorten the text below to at most ${words} words. Keep names, numbers and conclusions. Give the shortened text alone.\n\n${piece}`;
    const { text: summary } = yield* context.turn(turn, model, {
      messages: [{ role: 'user', text: asked }],
      params: model.params,
    });
    summaries.push(summary.trim());
  }
  return `[a summary of ${text.length} characters]\n${summaries.join('\n\n')}`;
}

/** Less than the usual three quarters: models write more than they are asked for. */
const WORDS_A_TOKEN = 0.5;

/** Parts of so many tokens at most, ended at a line break where one is near. */
function piecesOf(text: string, tokens: number): readonly string[] {
  const count = Math.max(1, Math.ceil(estimateTokens(text) / tokens));
  const length = Math.ceil(text.length / count);
  const pieces: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = Math.min(text.length, start + length);
    const lineEnd = end === text.length ? -1 : text.lastIndexOf('\n', end);
    const stop = lineEnd > start + length / 2 ? lineEnd + 1 : end;
    pieces.push(text.slice(start, stop));
    start = stop;
  }
  return pieces;
}
