import { z } from 'zod';
import { once } from './once.ts';

/** Each key with what makes its schema. */
export type FieldTable = { readonly [key: string]: () => z.ZodType };

type ShapeOf<Table extends FieldTable> = {
  -readonly [Key in keyof Table]: ReturnType<Table[Key]>;
};

/**
 * The keys a map may have, and no others. The schema of a key is made when the key is first met: a file has few of the keys
 * there are, and to make all their schemas takes longer than to check it.
 */
export interface Fields<Shape extends z.ZodRawShape = z.ZodRawShape> {
  readonly keys: readonly string[];
  has(key: string): boolean;
  schema(key: string): z.ZodType | undefined;
  /** All keys as one schema. */
  whole(): z.ZodObject<Shape, z.core.$strict>;
}

export type FieldValues<Table extends Fields> = z.output<ReturnType<Table['whole']>>;

export function fields<Table extends FieldTable>(table: Table): Fields<ShapeOf<Table>> {
  const made = new Map<string, z.ZodType>();
  const keys = Object.keys(table);
  const schema = (key: string): z.ZodType | undefined => {
    const make = Object.hasOwn(table, key) ? table[key] : undefined;
    if (make === undefined) return undefined;
    const known = made.get(key) ?? make();
    made.set(key, known);
    return known;
  };
  return {
    keys,
    has: (key) => Object.hasOwn(table, key),
    schema,
    whole: once(() => z.strictObject(Object.fromEntries(keys.map((key) => [key, schema(key)])) as ShapeOf<Table>)),
  };
}
