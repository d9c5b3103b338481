import type { Node } from './node.ts';

/** Every id that a node and what is in it give to steps. */
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
  for (const { value } of node.entries.values()) collect(value, ids);
}
