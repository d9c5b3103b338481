/** The one function of zod that writes a schema down, by itself: `import('zod')` is all of the package, and the bundle has to keep it. */
export { toJSONSchema } from 'zod';
