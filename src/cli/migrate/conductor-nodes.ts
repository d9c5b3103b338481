import type { YAMLMap } from 'yaml';
import { type Draft, idOf, mapsAt, pairOf, textAt } from './draft.ts';
import type { Resolve } from './jinja.ts';

/** An agent, a parallel group or a for-each group. */
export interface WorkNode {
  readonly id: string;
  readonly map: YAMLMap;
  readonly kind: 'agent' | 'parallel' | 'for_each';
  /** Its answer has fields. */
  readonly hasFields: boolean;
}

export interface Writer {
  readonly draft: Draft;
  readonly known: ReadonlyMap<string, WorkNode>;
  /** The names of those the routes lead through, in that order. */
  readonly way: readonly string[];
  /** Patterns of all tools of all servers. */
  readonly servers: readonly string[];
  /** How often a loop may turn. */
  readonly turns: number;
}

export function readNodes({ source }: Draft): ReadonlyMap<string, WorkNode> {
  const nodes = new Map<string, WorkNode>();
  const ids = new Set<string>();
  for (const [key, kind] of [
    ['agents', 'agent'],
    ['parallel', 'parallel'],
    ['for_each', 'for_each'],
  ] as const) {
    for (const map of mapsAt(source, key)) {
      const name = textAt(map, 'name') ?? '';
      const id = idOf(name, ids);
      ids.add(id);
      nodes.set(name, { id, map, kind, hasFields: pairOf(map, 'output') !== undefined });
    }
  }
  return nodes;
}

/** What names mean in the texts of a node. */
export function resolverOf({ known, way }: Writer, own: WorkNode | undefined, item?: string): Resolve {
  return ([name = '', ...rest]) => {
    if (name === 'workflow' && rest[0] === 'input') return ['inputs', ...rest.slice(1)].join('.');
    if (item !== undefined && name === item) return ['item', ...rest].join('.');
    if (item !== undefined && name === '_index') return 'index';
    const [output = '', ...path] = name === 'output' ? ['output', ...rest] : rest;
    const node = name === 'output' ? own : known.get(name);
    if (node === undefined) return undefined;
    if (output === 'outputs') return ['steps', node.id, 'data', ...path.map((key) => known.get(key)?.id ?? key)].join('.');
    if (output !== 'output') return undefined;
    // Of a step further down the way there is only what it gave in the turn before.
    const here = way.indexOf((own && textAt(own.map, 'name')) ?? '');
    const isLater = here !== -1 && way.indexOf(name) > here;
    const [root, otherwise] = isLater ? ['loop.previous', ' | default ""'] : ['steps', ''];
    if (path.length === 0 || path[0] === 'stdout' || (path[0] === 'result' && !node.hasFields))
      return `${root}.${node.id}.output${otherwise}`;
    return path[0] === 'stderr' || path[0] === 'exit_code'
      ? undefined
      : `${[root, node.id, 'data', ...path].join('.')}${otherwise}`;
  };
}
