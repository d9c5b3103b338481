import { z } from 'zod';

/** A text with placeholders. YAML numbers and booleans are texts here, in the form they were written in. */
export const text = () => z.union([z.string(), z.number(), z.boolean()], { error: 'must be text' });

/** Any JSON whose texts may hold placeholders. */
export const value = () => z.json();

/** A CEL expression. */
export const expression = () => z.union([z.string(), z.boolean()], { error: 'must be a CEL expression, as text' });

/** A file inside the chain's folder. */
export const fileName = () => z.string({ error: 'must be the name of a file' }).min(1);
