import type { Chain } from '../../core/chain.ts';

/** Variables whose values nobody sees, besides those that hold keys by their name. */
export function secretNames({ secrets, uses }: Chain): readonly string[] {
  return [...secrets, ...uses.models.flatMap(({ apiKeyEnv }) => (apiKeyEnv === undefined ? [] : [apiKeyEnv]))];
}
