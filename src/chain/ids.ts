import type { Node } from './node.ts';

/** Every id that a list of steps, or a step, and what is in it give to steps; `prompt: {id: …}` names a prompt. */
export function idsIn(node: Node | undefined): Set<string> {
  const ids = new Set<string>();
  if (node !== undefined) collect(node, ids);
  return ids;
}

function collect(node: Node, ids: Set<string>): void {
  if (node.kind === 'scalar') return;
  if (node.kind === 'list') {
    for (const item of node.items) collect(item, ids);
    return;
  }
  const id = node.entries.get('id')?.value;
  if (id?.kind === 'scalar' && typeof id.value === 'string') ids.add(id.value);
  for (const [key, { value }] of node.entries) if (value.kind !== 'scalar' && key !== 'prompt') collect(value, ids);
}
