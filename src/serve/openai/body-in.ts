import type { z } from 'zod';
import { BadRequest } from './problem.ts';

/** A body of the form that is asked for. Throws `BadRequest` for the first thing that is wrong with it. */
export function bodyIn<T>(body: unknown, form: z.ZodType<T>): T {
  const { success, data, error } = form.safeParse(body);
  if (success) return data;
  const [issue] = error.issues;
  const param = (issue?.path ?? []).reduce<string>(
    (path, key) => (typeof key === 'number' ? `${path}[${key}]` : path === '' ? String(key) : `${path}.${String(key)}`),
    '',
  );
  const fault = isMissing(body, issue?.path ?? []) ? ' is required' : `: ${issue?.message ?? 'not understood'}`;
  throw new BadRequest(param === '' ? null : param, `${param === '' ? 'the body' : `"${param}"`}${fault}`);
}

function isMissing(body: unknown, path: readonly PropertyKey[]): boolean {
  const at = path.reduce<unknown>((value, key) => (value as { readonly [key: PropertyKey]: unknown } | null)?.[key], body);
  return at === undefined;
}
