import { type Child, el } from '../element.ts';

/** Content that is there when asked for. */
export function folded(summary: Child, ...content: readonly Child[]): HTMLDetailsElement {
  return el('details', { class: 'folded' }, el('summary', {}, summary), ...content);
}
