import { z } from 'zod';
import type { CachePolicy } from '../core/model.ts';
import { age } from './duration.ts';

/** `cache:` of a step, and of a chain for all of its steps. */
export const cache = () => z.union([z.boolean(), age()], { error: 'must be true, false or an age such as 12h or 7d' });

export const CACHE_SAYS =
  'an earlier answer of the model to the same request may be used: true, or not older than 12h or 7d; false: never';

export function cachePolicy(option: boolean | number | undefined): CachePolicy | undefined {
  if (option === undefined || option === false) return undefined;
  return option === true ? {} : { maxAgeMs: option };
}
