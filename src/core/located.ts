import type { Json } from './json.ts';
import type { Position } from './problem.ts';

/** A value read from a file, and where each part of it stands there. */
export interface Located {
  readonly value: Json;
  /** The place of the part at `path`, or of what is closest around it. */
  position(path: readonly (string | number)[]): Position;
  /** The place of the key that `path` ends with: what an unknown key points at. */
  keyPosition(path: readonly (string | number)[]): Position;
}
