import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ServerSpec } from '../core/tool.ts';
import { expandVariables, joinPieces } from './environment.ts';
import type { Frame } from './frame.ts';
import type { WrittenServer } from './mcp.ts';
import type { MapNode, Node, NodePath } from './node.ts';
import { nodeAt, textOfScalar } from './node.ts';
import type { Finding, Report } from './report.ts';
import { shown } from './report.ts';
import type { Place } from './source.ts';

/** Where a server of the file stands. */
export interface ServerEntry {
  readonly name: string;
  readonly place: Place;
  readonly node: Node;
}

/** The servers a file names, whatever is wrong in them; names that are none, or given twice, are reported. */
export function listServers(report: Report, root: MapNode): ReadonlyMap<string, ServerEntry> {
  const servers = new Map<string, ServerEntry>();
  for (const entry of [...mapped(root), ...listed(root)]) {
    const message = problemOf(entry.name, servers);
    if (message !== undefined) report.add(entry.place, { code: 'PC1121', ...message });
    servers.set(entry.name, entry);
  }
  return servers;
}

/**
 * The servers of a chain, their texts expanded. What the environment lacks is told only for those that a step can reach; such
 * a server is marked, and refused when it would start.
 */
export function bindServers(
  frame: Frame,
  written: ReadonlyMap<string, WrittenServer>,
  reached: ReadonlySet<string>,
): Record<string, ServerSpec> {
  const specs: Record<string, ServerSpec> = Object.create(null);
  for (const [name, server] of written) {
    const entry = frame.servers.get(name);
    if (entry === undefined) continue;
    const texts = createTexts(frame, entry, reached.has(name));
    const spec = specOf(name, server, texts, frame);
    if (spec === undefined) continue;
    const missing = [...texts.missing.keys()];
    const reasons = Object.fromEntries([...texts.missing].filter(([, why]) => why !== ''));
    specs[name] = { ...spec, ...(missing.length === 0 ? {} : { missing, reasons }) };
  }
  return { ...specs };
}

const NAME = /^[a-z][a-z0-9_-]*$/;
/** Names of built-in tools start with these, so a server of that name could not be told from them. */
export const RESERVED: readonly string[] = ['memory', 'files', 'http'];

function* mapped(root: MapNode): Generator<ServerEntry> {
  const node = root.entries.get('mcp')?.value;
  if (node?.kind !== 'map') return;
  for (const [name, { key, value }] of node.entries) if (!name.startsWith('x-')) yield { name, place: key, node: value };
}

function* listed(root: MapNode): Generator<ServerEntry> {
  const node = root.entries.get('mcp_servers')?.value;
  if (node?.kind !== 'list') return;
  for (const item of node.items) {
    const id = nodeAt(item, ['id']);
    if (id?.kind === 'scalar' && id.value !== null) yield { name: textOfScalar(id), place: id, node: item };
  }
}

function problemOf(name: string, servers: ReadonlyMap<string, unknown>): { message: string; help?: string } | undefined {
  if (servers.has(name)) return { message: `the server "${name}" is declared twice` };
  if (RESERVED.includes(name)) {
    const message = `the name "${name}" is taken by the built-in tools "${name}.*"`;
    return { message, help: `call the server something else, such as ${name}_server` };
  }
  if (NAME.test(name) && name.length <= 40) return undefined;
  const help = 'start with a small letter; then small letters, digits, _ and -, at most 40 in all';
  return { message: `${shown(name)} cannot be the name of a server`, help };
}

function specOf(name: string, server: WrittenServer, texts: Texts, frame: Frame): ServerSpec | undefined {
  const common = {
    name,
    ...(server.timeout === undefined ? {} : { callTimeoutMs: server.timeout }),
    ...(server.start_timeout === undefined ? {} : { startTimeoutMs: server.start_timeout }),
    ...(server.tools === undefined ? {} : { tools: server.tools }),
  };
  if (server.url !== undefined) {
    if (!fits(server, ['http', 'sse', 'streamable-http'], ['command', 'args', 'env', 'cwd'], texts)) return undefined;
    const url = texts.text(['url'], server.url);
    if (!isAddress(url) && texts.missing.size === 0) {
      texts.tellIfUsed(['url'], `"url" must be an http or https address, not ${shown(url)}`);
      return undefined;
    }
    const transport = server.type === 'sse' ? 'sse' : 'http';
    return { ...common, transport, url, headers: texts.map('headers', server.headers) };
  }
  if (!fits(server, ['stdio'], ['url', 'headers'], texts)) return undefined;
  const cwd = server.cwd === undefined ? frame.dir : resolve(frame.dir, texts.text(['cwd'], server.cwd));
  if (server.cwd !== undefined && !isFolder(cwd)) texts.tellIfUsed(['cwd'], `the folder ${shown(cwd)} does not exist`);
  return {
    ...common,
    transport: 'stdio',
    command: texts.text(['command'], server.command ?? ''),
    args: (server.args ?? []).map((text, index) => texts.text(['args', index], text)),
    env: texts.map('env', server.env),
    cwd,
  };
}

/** Keys of the one transport say nothing in the other. */
function fits(server: WrittenServer, types: readonly string[], foreign: readonly (keyof WrittenServer)[], texts: Texts): boolean {
  const word = server.url === undefined ? 'command' : 'url';
  if (server.type !== undefined && !types.includes(server.type)) {
    texts.tell(['type'], `a server with "${word}" cannot be of type "${server.type}"`);
    return false;
  }
  const stray = foreign.filter((key) => server[key] !== undefined);
  for (const key of stray) texts.tell([key], `"${key}" has no meaning for a server with "${word}"`);
  return stray.length === 0;
}

function isAddress(url: string): boolean {
  return URL.canParse(url) && /^https?:/.test(url);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

type TextMap = NonNullable<WrittenServer['env']>;

/** Expands the texts of one server and keeps what the environment did not have. */
interface Texts {
  /** The variables, each with what the file says of it, perhaps nothing. */
  readonly missing: ReadonlyMap<string, string>;
  text(path: NodePath, written: string): string;
  /** A name without a value takes that of the environment, as in docker compose. */
  map(key: 'env' | 'headers', written: TextMap | undefined): { readonly [name: string]: string };
  /** Reports what is wrong at `path` of the server; `tellIfUsed` only when a step can reach it. */
  tell(path: NodePath, message: string): void;
  tellIfUsed(path: NodePath, message: string): void;
}

function createTexts({ report, locator, options: { env } }: Frame, { name, node: root }: ServerEntry, used: boolean): Texts {
  const missing = new Map<string, string>();
  const tell = (path: NodePath, message: string): void => report.add(nodeAt(root, path) ?? root, { code: 'PC1121', message });
  const text = (path: NodePath, written: string): string => {
    const { pieces, problems } = expandVariables(written, env);
    const node = nodeAt(root, path);
    for (const { offset, length, unset, why = '', ...problem } of problems) {
      if (unset !== undefined) missing.set(unset, why);
      if (!used || node?.kind !== 'scalar') continue;
      report.add(locator.place(node, offset, length), unset === undefined ? problem : lacking(name, unset, why));
    }
    return joinPieces(pieces);
  };
  const textAt = (path: NodePath): string | undefined => {
    const node = nodeAt(root, path);
    return node?.kind === 'scalar' && node.value !== null ? text(path, textOfScalar(node)) : undefined;
  };
  const passed = (variable: string): string => {
    if (env[variable] === undefined) missing.set(variable, '');
    return env[variable] ?? '';
  };
  return {
    missing,
    text,
    map: (key, written) =>
      Object.fromEntries(Object.keys(written ?? {}).map((variable) => [variable, textAt([key, variable]) ?? passed(variable)])),
    tell,
    tellIfUsed: (path, message) => (used ? tell(path, message) : undefined),
  };
}

function lacking(server: string, variable: string, why: string): Finding {
  return {
    code: 'PC1113',
    severity: 'warning',
    message: `the environment variable ${variable} is not set: the server "${server}" cannot start without it`,
    help: why !== '' ? why : `set it, or give a default: \${${variable}:-…}`,
  };
}
