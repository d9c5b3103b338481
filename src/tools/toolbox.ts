import { lookup as lookupAll } from 'node:dns/promises';
import type { Io } from '../core/io.ts';
import type { ServerSpec, Tool, Toolbox, ToolScope } from '../core/tool.ts';
import { matches } from '../lib/glob.ts';
import { namesBuiltIn, reachesServer } from '../lib/tool-pattern.ts';
import { toolOf } from './built-in.ts';
import type { Lookup } from './fetch-address.ts';
import { createPermit, type PermitOptions } from './permit.ts';
import { createPinnedTools, type PinOptions } from './pinned-tools.ts';
import { openedByUser } from './private-urls.ts';
import { createServers, type OpenServer } from './servers.ts';
import { BUILT_INS } from './table.ts';

export interface ToolboxOptions extends PermitOptions {
  readonly io: Io;
  readonly openServer: OpenServer;
  readonly config?: ToolConfig;
  /** It serves more runs than one. */
  readonly lasting?: boolean;
  /** What servers log. */
  readonly log?: (server: string, line: string) => void;
  /** Where the tools that servers had before are kept; without it, what a server says of its tools is believed. */
  readonly pins?: PinOptions;
  /** Every address of a host. By default the system's resolver. */
  readonly lookup?: Lookup;
}

/** What the user's own settings say about tools. */
export interface ToolConfig {
  /** Addresses inside private networks that `http.fetch` may reach, such as `http://localhost:3000/*`. */
  readonly privateUrls?: readonly string[];
}

/**
 * The tools of one run: those of its servers and the built-in ones. A pattern reaches a server only if its part before the dot
 * fits the server's name, and a built-in tool only if it spells out the group or the whole name, so a bare `*` starts and
 * switches on nothing, and `*.*` starts every server.
 */
export function createToolbox(options: ToolboxOptions): Toolbox {
  const { io, lookup = systemLookup, config = {} } = options;
  const servers = createServers(options);
  const permit = createPermit(options);
  const pinned = options.pins === undefined ? undefined : createPinnedTools(options.pins);
  const allowsPrivate = openedByUser(config.privateUrls ?? [], options.allow);

  const builtInsFor = (scope: ToolScope): Tool[] =>
    BUILT_INS.map((builtIn) =>
      toolOf(builtIn, { io, scope, lookup, allowsPrivate }, (name, args, signal) => permit({ name }, args, scope, signal)),
    );

  return {
    async *open(patterns, scope, signal) {
      const specs = Object.values(scope.servers).filter(({ name }) => patterns.some((pattern) => reachesServer(pattern, name)));
      const running = specs.length === 0 ? [] : yield* servers.open(specs, scope.dir, signal);
      const offered = specs.map((spec, index) => ({ spec, tools: offeredBy(spec, running[index]?.tools ?? []) }));
      const builtIns = builtInsFor(scope);
      const found = new Map<string, Tool>();
      const add = (tool: Tool) => found.has(tool.name) || found.set(tool.name, tool);
      for (const pattern of patterns) {
        for (const { spec, tools } of offered) {
          if (reachesServer(pattern, spec.name)) tools.filter(({ name }) => matches(pattern, name)).forEach(add);
        }
        builtIns.filter(({ name }) => namesBuiltIn(pattern, name)).forEach(add);
      }
      for (const { spec, tools } of offered) {
        const used = tools.filter((tool) => found.get(tool.name) === tool);
        if (used.length > 0) yield* pinned?.(scope.dir, spec, tools, used) ?? [];
      }
      return [...found.values()];
    },
    permit,
    [Symbol.asyncDispose]: () => servers[Symbol.asyncDispose](),
  };
}

/** Of a server's tools, those that its entry in the chain file names. */
function offeredBy({ name: server, tools: patterns }: ServerSpec, tools: readonly Tool[]): readonly Tool[] {
  if (patterns === undefined) return tools;
  return tools.filter(({ name }) => patterns.some((pattern) => matches(pattern, name.slice(server.length + 1))));
}

const systemLookup: Lookup = (host) => lookupAll(host, { all: true, verbatim: true });
