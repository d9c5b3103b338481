import type { Chain } from '../../core/chain.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';

/** The models that a chain gives names and prices to, for another chain that is to know them. */
export async function modelNames({ file, sources }: Chain): Promise<{ readonly models?: JsonObject }> {
  const { parse } = await import('yaml');
  const read = (parse(sources.get(file) ?? '') ?? {}) as { readonly models?: Json };
  return isJsonObject(read.models) ? { models: read.models } : {};
}
