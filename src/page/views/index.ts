import type { Route } from '../router.ts';
import { chainView } from './chain.ts';
import { chainsView } from './chains.ts';
import { runView } from './run.ts';

/** The addresses of the page, after the `#`. */
export const ROUTES: readonly Route[] = [
  { pattern: /^\/$/, section: 'chains', open: chainsView },
  { pattern: /^\/chains\/([^/]+)$/, section: 'chains', open: chainView },
  { pattern: /^\/runs\/([^/?]+)$/, section: 'runs', open: runView },
];
