import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

/**
 * Runs the client scenarios of the official MCP conformance suite: `node build/test/tools/mcp-conformance.js [scenario…]`. Apart
 * from the tests, because it needs the network and, for the suite itself, a newer Node than we do; the client runs under ours.
 */
const SUITE = ['-y', '-p', 'node@24', '-p', '@modelcontextprotocol/conformance@0.1.16', 'conformance'];
const CLIENT = fileURLToPath(new URL('./mcp-conformance-client.js', import.meta.url));

/** The rest cannot be met: `auth/*` needs OAuth; `elicitation-sep1034-client-defaults` wants answers nobody gave. */
const MET = ['initialize', 'tools_call', 'sse-retry'];

const chosen = process.argv.slice(2);
for (const scenario of chosen.length > 0 ? chosen : MET) {
  const command = `${process.execPath} ${CLIENT}`;
  const args = [...SUITE, 'client', '--command', command, '--scenario', scenario];
  const { status, stdout, stderr } = spawnSync('npx', args, { encoding: 'utf8', cwd: tmpdir() });
  const [passed = 'no result'] = /Passed: .*/.exec(`${stdout}${stderr}`) ?? [];
  process.stdout.write(`${scenario}: ${status === 0 ? 'met' : 'not met'} (${passed})\n`);
  if (status !== 0) process.exitCode = 1;
}
