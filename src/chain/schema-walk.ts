import type { z } from 'zod';

interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly getter?: () => z.ZodType;
}

/** The keys a schema knows at a path, for "did you mean": of every member of a union. */
export function keysAt(schema: z.ZodType, path: readonly (string | number)[]): string[] {
  return [...new Set(schemasAt([schema], path).flatMap((each) => Object.keys(definitionOf(each).shape ?? {})))];
}

function schemasAt(schemas: readonly z.ZodType[], path: readonly (string | number)[]): z.ZodType[] {
  const open = schemas.flatMap(unwrap);
  const [key, ...rest] = path;
  if (key === undefined) return open;
  const inner = open.flatMap((schema) => {
    const { shape, element, valueType } = definitionOf(schema);
    const next = typeof key === 'number' ? element : shape !== undefined && Object.hasOwn(shape, key) ? shape[key] : valueType;
    return next === undefined ? [] : [next];
  });
  return inner.length === 0 ? [] : schemasAt(inner, rest);
}

/** Optional, default and pipe wrappers taken off, unions taken apart. */
function unwrap(schema: z.ZodType): z.ZodType[] {
  const { type, innerType, in: input, options } = definitionOf(schema);
  if (type === 'union') return (options ?? []).flatMap(unwrap);
  const next = innerType ?? (type === 'pipe' ? input : undefined);
  return next === undefined ? [schema] : unwrap(next);
}

function definitionOf(schema: z.ZodType): Definition {
  return schema._zod.def as unknown as Definition;
}
