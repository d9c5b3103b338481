import type { Route } from '../router.ts';
import { chainView } from './chain.ts';
import { chainsView } from './chains.ts';
import { chatView } from './chat.ts';
import { memoryView, namespaceView } from './memory.ts';
import { runView } from './run.ts';
import { runsView } from './runs.ts';

/** The addresses of the page, after the `#`. */
export const ROUTES: readonly Route[] = [
  { pattern: /^\/$/, section: 'chains', open: chainsView },
  { pattern: /^\/chains\/([^/]+)$/, section: 'chains', open: chainView },
  { pattern: /^\/chat\/([^/]+)(?:\/([^/]+))?$/, section: 'chains', open: chatView },
  { pattern: /^\/runs\/([^/?]+)$/, section: 'runs', open: runView },
  { pattern: /^\/runs(?:\?(.*))?$/, section: 'runs', open: runsView },
  { pattern: /^\/memory$/, section: 'memory', open: memoryView },
  { pattern: /^\/memory\/([^/]+)$/, section: 'memory', open: namespaceView },
];
