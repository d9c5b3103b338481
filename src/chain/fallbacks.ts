import type { ModelSpec } from '../core/model.ts';
import type { Node } from './node.ts';
import type { Report } from './report.ts';
import { shown } from './report.ts';
import type { Place } from './source.ts';

type Find = (name: string, place: Place) => ModelSpec | undefined;

/** Who answers in place of a model, in order: what its `fallback` names, and what those fall back to themselves. */
export interface Fallbacks {
  of(spec: ModelSpec): readonly ModelSpec[];
  /** The same of a list that a step gives. */
  named(list: Node): readonly ModelSpec[];
}

/** `written` are the lists of the file, by the model they stand at; every one is checked, also those no step uses. */
export function linkFallbacks(report: Report, written: ReadonlyMap<ModelSpec, Node>, find: Find): Fallbacks {
  const direct = new Map([...written].map(([spec, list]) => [spec, entriesOf(list, find)]));
  const told = new Set<Node>();

  const follow = (entries: readonly Entry[], trail: readonly ModelSpec[]): ModelSpec[] =>
    entries.flatMap(({ spec, node }) => {
      if (!trail.includes(spec)) return [spec, ...follow(direct.get(spec) ?? [], [...trail, spec])];
      if (!told.has(node)) refuse(report, node);
      told.add(node);
      return [];
    });

  for (const [spec, entries] of direct) follow(entries, [spec]);
  return {
    of: (spec) => [...new Set(follow(direct.get(spec) ?? [], [spec]))],
    named: (list) => [...new Set(follow(entriesOf(list, find), []))],
  };
}

interface Entry {
  readonly spec: ModelSpec;
  readonly node: Node;
}

/** What is no list of texts is for the schema to tell. */
function entriesOf(list: Node, find: Find): readonly Entry[] {
  if (list.kind !== 'list') return [];
  return list.items.flatMap((node) => {
    const spec = node.kind === 'scalar' && typeof node.value === 'string' ? find(node.value, node) : undefined;
    return spec === undefined ? [] : [{ spec, node }];
  });
}

function refuse(report: Report, node: Node): void {
  const name = node.kind === 'scalar' ? shown(String(node.value)) : 'this';
  report.add(node, {
    code: 'PC1203',
    message: `the fallback ${name} leads back to a model before it`,
    help: 'a model that has failed is not asked again: end the list with one that needs no fallback',
  });
}
