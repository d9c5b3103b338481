import { createHash } from 'node:crypto';
import { ToolError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import type { ServerSpec, Tool } from '../../core/tool.ts';
import { readPins, writePins } from './pin-file.ts';

/** One tool as it was when it was pinned: what a model was told of it. */
export interface Pin {
  readonly name: string;
  readonly description: string;
  /** SHA-256 of the schema, its keys sorted. */
  readonly parameters: string;
}

/** What to call a tool now, beside what it was. */
export interface PinReport {
  /** No pins were there: these tools are pinned as they are. */
  readonly first: boolean;
  readonly added: readonly string[];
  /** Pinned otherwise than they are now. */
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** A sentence for each of these, for `warning` events; none on first use. */
  readonly warnings: readonly string[];
}

/** Where the pins of one server of one project are: `dir` is a folder of ours, `project` the folder of its chain file; both absolute. */
export interface PinPlace {
  readonly dir: string;
  readonly project: string;
  readonly server: ServerSpec;
}

/**
 * Compares a server's tools with those it had when this project first used it, against servers that change what a tool is
 * said to do after it was approved. On first use all are pinned; later, tools that are new are pinned too and told. One that
 * changed stays pinned as it was, so that every run tells until `repin`. A server that is started in another way (command,
 * arguments, address) is another server. Throws `ToolError` when the pins cannot be read or written.
 */
export function checkPins(place: PinPlace, tools: readonly Tool[]): PinReport {
  const pinned = readPins(place);
  const now = tools.map(pinOf);
  if (pinned === undefined) {
    writePins(place, now);
    return { first: true, added: [], changed: [], removed: [], warnings: [] };
  }
  const before = new Map(pinned.map((pin) => [pin.name, pin]));
  const added = now.filter(({ name }) => !before.has(name));
  const changed = now.filter((pin) => differs(before.get(pin.name), pin));
  const removed = pinned.filter(({ name }) => !now.some((pin) => pin.name === name));
  if (added.length > 0) writePins(place, [...pinned, ...added]);
  return {
    first: false,
    added: added.map(({ name }) => name),
    changed: changed.map(({ name }) => name),
    removed: removed.map(({ name }) => name),
    warnings: warningsOf(place.server.name, added, changed, removed),
  };
}

/** Throws when a tool that is about to be offered or called is not the one that was pinned. */
export function refuseChanged(report: PinReport, used: readonly { readonly name: string }[]): void {
  const names = used.map(({ name }) => name).filter((name) => report.changed.includes(name));
  if (names.length === 0) return;
  const [what, them] = names.length === 1 ? ['the tool', 'it'] : ['the tools', 'them'];
  throw new ToolError(`${what} ${names.join(', ')} changed since this project first used ${them}`, {
    code: 'PC7021',
    reason: 'denied',
    help: `look at ${them} with "promptchain mcp tools"; if you agree, run the chain once with --trust`,
  });
}

/** Takes the tools as they are now for the approved ones. */
export function repin(place: PinPlace, tools: readonly Tool[]): void {
  writePins(place, tools.map(pinOf));
}

function pinOf({ name, description, parameters }: Tool): Pin {
  return { name, description, parameters: createHash('sha256').update(canonical(parameters)).digest('hex') };
}

function differs(before: Pin | undefined, now: Pin): boolean {
  return before !== undefined && (before.description !== now.description || before.parameters !== now.parameters);
}

/** JSON with the keys of every object in order: servers may list them in any. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(',')}}`;
}

function warningsOf(server: string, added: readonly Pin[], changed: readonly Pin[], removed: readonly Pin[]): string[] {
  const list = (pins: readonly Pin[]) => {
    const names = pins.slice(0, MOST_NAMED).map(({ name }) => name);
    return names.join(', ') + (pins.length > MOST_NAMED ? ` and ${pins.length - MOST_NAMED} more` : '');
  };
  return [
    ...(added.length === 0 ? [] : [`the MCP server "${server}" has tools it did not have before: ${list(added)}`]),
    ...(changed.length === 0 ? [] : [`the MCP server "${server}" describes tools otherwise than before: ${list(changed)}`]),
    ...(removed.length === 0 ? [] : [`the MCP server "${server}" no longer has: ${list(removed)}`]),
  ];
}

const MOST_NAMED = 10;
