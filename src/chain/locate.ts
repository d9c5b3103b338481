import type { Json } from '../core/json.ts';
import type { Located } from '../core/located.ts';
import { keyPlaceAt, type Node, placeAt } from './node.ts';
import { positionOf, type Source } from './source.ts';

/** A value with the places of the nodes it was made of. */
export function locate(source: Source, node: Node, value: Json): Located {
  return {
    value,
    position: (path) => positionOf(source, placeAt(node, path)),
    keyPosition: (path) => positionOf(source, keyPlaceAt(node, path)),
  };
}
