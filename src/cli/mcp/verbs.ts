import { ToolError, UsageError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-code.ts';
import type { ServerSpec, Tool, ToolResult } from '../../core/tool.ts';
import { nearest } from '../../lib/nearest.ts';
import { jsonLine } from '../../terminal/json.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { duration, oneLine } from '../../terminal/words.ts';
import { columns } from '../columns.ts';
import type { Call, Verb } from '../command.ts';
import { argumentsOf } from './arguments.ts';
import { declarePlace, namedServers, serverOf, withServer } from './servers.ts';

export const mcpVerbs: readonly Verb[] = [
  {
    name: 'list',
    summary: 'the servers of a chain; none is started',
    examples: [{ command: 'promptchain mcp list chain.yaml', note: 'names, transports, commands and addresses' }],
    configure(parser) {
      parser.argument('[words...]', 'a chain file');
      declarePlace(parser);
    },
    async run(call) {
      const { servers } = await namedServers(call, { start: false });
      const rows = servers.map((server) => [server.name, server.transport, reachedAt(server), missing(server)]);
      await call.out.write(
        call.options.json === true
          ? `${jsonLine(servers.map((server) => ({ name: server.name, transport: server.transport, reached_at: reachedAt(server), missing: server.missing ?? [] })))}\n`
          : `${columns(rows)}\n`,
      );
      return EXIT.ok;
    },
  },
  {
    name: 'tools',
    summary: 'the tools of servers',
    examples: [
      { command: 'promptchain mcp tools chain.yaml', note: 'those of every server of a chain, a line each' },
      {
        command: 'promptchain mcp tools --json -- npx -y @modelcontextprotocol/server-everything',
        note: 'those of one server, with their schemas',
      },
    ],
    configure(parser) {
      parser.argument('[words...]', 'a chain file and, to see only theirs, names of its servers');
      declarePlace(parser);
    },
    async run(call) {
      const { servers, words, dir } = await namedServers(call, { start: true });
      const tools = (
        await Promise.all(chosen(servers, words).map((spec) => withServer(call, spec, dir, async (server) => server.tools)))
      ).flat();
      if (call.options.json === true) {
        await call.out.write(
          `${jsonLine(tools.map(({ name, description, parameters }) => ({ name, description, parameters })))}\n`,
        );
      } else if (tools.length > 0) {
        await call.out.write(`${columns(tools.map(({ name, description }) => [oneLine(name), firstLine(description)]))}\n`);
      }
      return EXIT.ok;
    },
  },
  {
    name: 'call',
    summary: 'call one tool and print its result',
    examples: [
      { command: 'promptchain mcp call chain.yaml fs.read_file path=notes.txt', note: "a tool of a chain's server" },
      {
        command: 'promptchain mcp call echo --args \'{"message": "hi"}\' --url http://localhost:3001/mcp',
        note: 'a tool of any server',
      },
    ],
    configure(parser) {
      parser.argument('[words...]', 'a chain file (unless a server is given), the tool, and its arguments as name=value');
      declarePlace(parser);
      parser.option('--args <json>', 'the arguments as a JSON object');
    },
    async run(call) {
      const { servers, words, dir } = await namedServers(call, { start: true });
      const [name, ...values] = words;
      if (name === undefined) throw new UsageError('no tool is named', { help: 'promptchain mcp tools lists them' });
      const spec = serverOf(name, servers);
      const result = await withServer(call, spec, dir, (server, signal) =>
        callOne(call, findTool(name, spec, server.tools), values, signal),
      );
      const { out, options } = call;
      const { text, data, isError } = result;
      if (options.json === true)
        await out.write(`${jsonLine({ text, ...(data === undefined ? {} : { data }), is_error: isError })}\n`);
      else await out.write(`${out.isTTY ? sanitize(text) : text}${text.endsWith('\n') ? '' : '\n'}`);
      return isError ? EXIT.failed : EXIT.ok;
    },
  },
  {
    name: 'check',
    summary: 'start each server and say how it went',
    examples: [{ command: 'promptchain mcp check chain.yaml', note: 'exit 1 when one of them does not start' }],
    configure(parser) {
      parser.argument('[words...]', 'a chain file and, to check only those, names of its servers');
      declarePlace(parser);
    },
    async run(call) {
      const { servers, words, dir } = await namedServers(call, { start: true });
      const reports = await Promise.all(chosen(servers, words).map((spec) => checkOne(call, spec, dir)));
      if (call.options.json === true) await call.out.write(`${jsonLine(reports)}\n`);
      else for (const report of reports) await call.out.write(reportText(report));
      return reports.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed;
    },
  },
];

function reachedAt(server: ServerSpec): string {
  return sanitize(server.transport === 'stdio' ? [server.command, ...server.args].join(' ') : server.url);
}

function missing({ missing: names }: ServerSpec): string {
  return names === undefined ? '' : `needs ${names.join(', ')}`;
}

function chosen(servers: readonly ServerSpec[], names: readonly string[]): readonly ServerSpec[] {
  for (const name of names) {
    if (servers.some((server) => server.name === name)) continue;
    throw new UsageError(`there is no server "${name}"`, {
      help: `the servers are: ${servers.map((server) => server.name).join(', ')}`,
    });
  }
  return names.length === 0 ? servers : servers.filter(({ name }) => names.includes(name));
}

function firstLine(description: string): string {
  const line = oneLine(description.trim().split('\n')[0] ?? '');
  return line.length > 160 ? `${line.slice(0, 157)}...` : line;
}

function findTool(name: string, spec: ServerSpec, tools: readonly Tool[]): Tool {
  const tool = tools.find((each) => each.name === name || each.name === `${spec.name}.${name}`);
  if (tool !== undefined) return tool;
  const near = nearest(
    name,
    tools.flatMap((each) => [each.name, each.name.slice(spec.name.length + 1)]),
  );
  throw new ToolError(`the server "${spec.name}" has no tool "${name}"`, {
    code: 'PC7001',
    reason: 'tool',
    help: near === undefined ? 'promptchain mcp tools lists them' : `did you mean "${near}"?`,
  });
}

async function callOne(call: Call, tool: Tool, values: readonly string[], signal: AbortSignal): Promise<ToolResult> {
  const args = argumentsOf(call.options.args as string | undefined, values, tool.parameters);
  const { problemsOf } = await import('../../lib/json-schema.ts');
  const problems = problemsOf(tool.parameters, args);
  if (problems.length > 0) throw new UsageError(`the arguments do not fit: ${problems.join('; ')}`, { code: 'PC2024' });
  const work = tool.call(args, { path: 'call', signal, idempotencyKey: 'call' });
  for (;;) {
    const next = await work.next();
    if (next.done) return next.value;
    if (next.value.type === 'step.log' && call.globals.verbose) await call.err.write(`${oneLine(next.value.text)}\n`);
  }
}

type Report =
  | {
      readonly server: string;
      readonly ok: true;
      readonly name: string;
      readonly version: string;
      readonly tools: number;
      readonly duration_ms: number;
      readonly notes: readonly string[];
    }
  | { readonly server: string; readonly ok: false; readonly error: string; readonly duration_ms: number };

async function checkOne(call: Call, spec: ServerSpec, dir: string): Promise<Report> {
  const { clock } = call.io;
  const startedAt = clock.elapsed();
  const elapsed = () => Math.round(clock.elapsed() - startedAt);
  try {
    return await withServer(call, spec, dir, async ({ name, version, tools, status }) => {
      return { server: spec.name, ok: true, name, version, tools: tools.length, duration_ms: elapsed(), notes: status().notes };
    });
  } catch (error) {
    if (error instanceof Error && 'signal' in error) throw error;
    return {
      server: spec.name,
      ok: false,
      error: error instanceof Error ? error.message : String(error),
      duration_ms: elapsed(),
    };
  }
}

function reportText(report: Report): string {
  const head = `${report.server}: `;
  if (!report.ok) return `${head}failed after ${duration(report.duration_ms)}: ${sanitize(report.error)}\n`;
  const { name, version, tools, duration_ms, notes } = report;
  const lines = notes.map((note) => `  ${oneLine(note)}\n`).join('');
  return `${head}${oneLine(`${name} ${version}`)}, ${tools} ${tools === 1 ? 'tool' : 'tools'}, started in ${duration(duration_ms)}\n${lines}`;
}
