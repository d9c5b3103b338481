import { fileURLToPath } from 'node:url';

/** The repository's root, absolute: compiled tests live in `build/test/<folder>/`. */
export const packageDir = fileURLToPath(new URL('../../..', import.meta.url));
