import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { serve } from './serving.ts';

/**
 * Runs server scenarios of the official MCP conformance suite against `/mcp` of `promptchain serve`:
 * `node build/test/serve/mcp-conformance.js [scenario…]`. Apart from the tests, because it needs the network and, for the suite
 * itself, a newer Node than we do. Without words it runs those that are met; `all` runs every one.
 */
const SUITE = ['-y', '-p', 'node@24', '-p', '@modelcontextprotocol/conformance@0.1.16', 'conformance', 'server'];

/** Those that a server of tools that answer with text can meet; why not the others is told in `src/README.md`. */
const MET: readonly string[] = [
  'server-initialize',
  'logging-set-level',
  'ping',
  'tools-list',
  'tools-call-simple-text',
  'tools-call-with-logging',
  'tools-call-error',
  'tools-call-with-progress',
  'server-sse-multiple-streams',
  'dns-rebinding-protection',
];

const OTHERS: readonly string[] = [
  'completion-complete',
  'tools-call-image',
  'tools-call-audio',
  'tools-call-embedded-resource',
  'tools-call-mixed-content',
  'tools-call-sampling',
  'tools-call-elicitation',
  'json-schema-2020-12',
  'elicitation-sep1034-defaults',
  'elicitation-sep1330-enums',
  'server-sse-polling',
  'resources-list',
  'resources-read-text',
  'resources-read-binary',
  'resources-templates-read',
  'resources-subscribe',
  'resources-unsubscribe',
  'prompts-list',
  'prompts-get-simple',
  'prompts-get-with-args',
  'prompts-get-embedded-resource',
  'prompts-get-with-image',
];

/** The tools that the scenarios call, as chains. */
const CHAINS = {
  'text.yaml': chainOf('test_simple_text', ['printf "This is a simple text response for testing."']),
  'logging.yaml': chainOf('test_tool_with_logging', [
    'echo "Tool execution started" >&2; echo started',
    'echo "Tool processing data" >&2; echo processed',
    'echo "Tool execution completed" >&2; echo completed',
  ]),
  'progress.yaml': chainOf('test_tool_with_progress', ['echo one', 'echo two']),
  'error.yaml': chainOf('test_error_handling', ['echo "This tool intentionally returns an error for testing" >&2; exit 1']),
};

const words = process.argv.slice(2);
const chosen = words.length === 0 ? MET : words[0] === 'all' ? [...MET, ...OTHERS] : words;
await using server = await serve({ files: CHAINS });
for (const scenario of chosen) {
  const args = [...SUITE, '--url', `${server.url}/mcp`, '--scenario', scenario];
  const { status, stdout, stderr } = spawnSync('npx', args, { encoding: 'utf8', cwd: tmpdir() });
  const [passed = 'no result'] = /Passed: .*/.exec(`${stdout}${stderr}`) ?? [];
  process.stdout.write(`${scenario}: ${status === 0 ? 'met' : 'not met'} (${passed})\n`);
  if (status !== 0 && process.env.VERBOSE !== undefined) process.stdout.write(`${stdout}${stderr}\n`);
  if (status !== 0 && !OTHERS.includes(scenario)) process.exitCode = 1;
}

/** The tools take no arguments, so the first command reads none. */
function chainOf(name: string, commands: readonly string[]): string {
  const [first, ...rest] = commands.map((command) => `  - run: '${command}'\n`);
  return `name: ${name}\nsteps:\n${first}    stdin: ""\n${rest.join('')}`;
}
