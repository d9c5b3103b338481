import { matches } from '../lib/glob.ts';
import { parseRule } from '../lib/permission-rule.ts';

/**
 * Which private addresses `http.fetch` may reach: only the user opens them, by the settings or with
 * `--allow-tool "http.fetch(url=http://localhost:3000/*)"`. A chain file cannot, for it may come from a stranger; and a pattern
 * counts only when it spells out scheme and host.
 */
export function openedByUser(patterns: readonly string[], allowed: readonly string[]): (url: URL) => boolean {
  const named = allowed.flatMap((source) => {
    const parsed = parseRule(source);
    if (!('rule' in parsed) || parsed.rule.name !== 'http.fetch') return [];
    return parsed.rule.args.filter(({ path }) => path.join('.') === 'url').map(({ pattern }) => pattern);
  });
  const opened = [...patterns, ...named].filter((pattern) => NAMES_HOST.test(pattern));
  return (url) => opened.some((pattern) => matches(pattern, url.href));
}

const NAMES_HOST = /^https?:\/\/[^*/?#@\\]+\//;
