import type { OptimizeEvent } from '../events.ts';
import { type Rewrite, rewrite } from '../rewrite.ts';
import type { Search } from '../task.ts';
import type { Component } from '../texts.ts';

/** A new text as other optimisers take it: no guard but the one for placeholders, without which the chain could not run. */
export async function* plainRewrite(
  { ledger }: Search,
  component: Component,
  request: Pick<Rewrite, 'key' | 'text' | 'prompt'>,
): AsyncGenerator<OptimizeEvent, string> {
  const guards = { maxCharacters: Number.POSITIVE_INFINITY, findLeaks: () => [] };
  const { text, refused } = yield* rewrite(ledger, { ...request, component: component.id, keep: [], guards });
  for (const event of refused) yield* ledger.decide(event);
  return text;
}
