import { createHash } from 'node:crypto';
import type { Json } from '../core/json.ts';
import type { Scope } from '../core/scope.ts';
import type { Step } from '../core/step.ts';
import { readValue } from '../template/read.ts';
import type { ChainState } from './state.ts';

/** Of a step as the file defines it and of every value it reads: the same twice, and what was recorded once still holds. */
export function fingerprintOf(step: Step, scope: Scope, state: ChainState): string {
  const values = step.reads.map(({ root, path }) => [root, ...path, readValue(scope, root, path) ?? null]);
  const { reads = [] } = step.body;
  return hashOf([
    step.definition(),
    ...values,
    ...(reads.includes('input') ? ['input', scope.input] : []),
    ...(reads.includes('memory') ? ['memory', { ...scope.memory }] : []),
    ...(reads.includes('history') ? ['history', state.turns.map(([asked, said]) => [asked.text, said.text])] : []),
  ]);
}

/** Half a SHA-256, hex: enough to tell entries of one path apart. */
export function hashOf(value: Json): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
