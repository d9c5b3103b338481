import type { ModelSpec } from '../core/model.ts';

/** What answers in this process: no provider, no key, no network, and no language model. */
export function isKeyless(spec: Pick<ModelSpec, 'provider'>): boolean {
  return spec.provider === 'echo' || spec.provider === 'offline';
}
