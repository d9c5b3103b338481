import { matches } from '../lib/glob.ts';
import { nearest } from '../lib/nearest.ts';
import { namesBuiltIn, reachesServer } from '../lib/tool-pattern.ts';
import type { Frame } from './frame.ts';
import type { MapNode } from './node.ts';
import type { Finding } from './report.ts';
import { shown } from './report.ts';
import { RESERVED } from './servers.ts';
import type { Place } from './source.ts';

/**
 * Holds the patterns of a step against what there can be: which tools a server has is known when it runs, but not a pattern
 * without a server, a declared tool or a built-in one. Notes the servers they reach.
 */
export function checkPatterns(frame: Frame, node: MapNode, patterns: readonly string[]): void {
  for (const [index, pattern] of patterns.entries()) {
    const servers = [...frame.servers.keys()].filter((name) => reachesServer(pattern, name));
    for (const name of servers) frame.reached.add(name);
    frame.uses.servers = [...new Set([...frame.uses.servers, ...servers])];
    if (pattern.startsWith('memory.')) frame.uses.memory = true;
    const problem = problemOf(frame, pattern, servers.length > 0, node.entries.has('tool'));
    if (problem !== undefined) frame.report.add(placeOf(node, index), problem);
  }
}

function problemOf(frame: Frame, pattern: string, reaches: boolean, single: boolean): Finding | undefined {
  if (single && pattern.includes('*')) {
    return {
      code: 'PC1123',
      message: '"tool" names one tool, not a pattern',
      help: 'an objective takes patterns: tools: ["fs.*"]',
    };
  }
  const builtIn = frame.options.tools;
  const declared = [...frame.declared].some((name) => matches(pattern, name));
  const isKnown = reaches || declared || (builtIn ?? []).some((name) => namesBuiltIn(pattern, name));
  if (isKnown || (builtIn === undefined && isPerhapsBuiltIn(pattern))) return undefined;
  return {
    code: 'PC1123',
    message: `no server, declared tool or built-in tool is called ${shown(pattern)}`,
    label: suggestion(frame, pattern),
    help: knownNames(frame),
  };
}

function isPerhapsBuiltIn(pattern: string): boolean {
  const dot = pattern.indexOf('.');
  return dot === -1 || RESERVED.includes(pattern.slice(0, dot));
}

function suggestion({ servers, declared, options }: Frame, pattern: string): string | undefined {
  if (servers.has(pattern)) return `did you mean "${pattern}.*"?`;
  const whole = nearest(pattern, [...declared, ...(options.tools ?? [])]);
  if (whole !== undefined) return `did you mean "${whole}"?`;
  const dot = pattern.indexOf('.');
  const server = nearest(dot === -1 ? pattern : pattern.slice(0, dot), [...servers.keys()]);
  return server === undefined ? undefined : `did you mean "${server}${dot === -1 ? '.*' : pattern.slice(dot)}"?`;
}

function knownNames({ servers, declared, options }: Frame): string {
  const names = [...[...servers.keys()].map((name) => `${name}.*`), ...declared, ...(options.tools ?? [])];
  return names.length === 0 ? 'declare a server under "mcp:", or a tool under "tools:"' : `known: ${names.join(', ')}`;
}

function placeOf(node: MapNode, index: number): Place {
  const list = node.entries.get('tools')?.value;
  return (list?.kind === 'list' ? list.items[index] : undefined) ?? node.entries.get('tool')?.value ?? node;
}
