import type { Guard } from './guard.ts';

/** Takes addresses that begin with a slash only: a whole URL asks for a proxy, and names another host than `Host` does. */
export const targetGuard: Guard = ({ path }) => {
  if (path.startsWith('/') && !path.startsWith('//') && !path.includes('\\')) return undefined;
  return { status: 400, code: 'PC2267', message: 'the address of a request begins with one slash' };
};
