import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { bundledCommand } from '../package/bundle.ts';

/**
 * Runs client scenarios of the official MCP conformance suite through `promptchain mcp`, as installed:
 * `node build/test/tools/mcp-conformance.js [scenario…]`. Apart from the tests, because it needs the network and, for the suite
 * itself, a newer Node than we do; the command runs under ours.
 */
const SUITE = ['-y', '-p', 'node@24', '-p', '@modelcontextprotocol/conformance@0.1.16', 'conformance'];

/** What a user would type; the suite puts the address of its server behind it. Those not listed here are told of in `src/README.md`. */
const MET: Readonly<Record<string, string>> = {
  initialize: 'mcp tools --url',
  tools_call: 'mcp call add_numbers a=5 b=3 --url',
  'sse-retry': 'mcp call test_reconnection --url',
};

const chosen = process.argv.slice(2);
for (const scenario of chosen.length > 0 ? chosen : Object.keys(MET)) {
  const command = `${process.execPath} ${bundledCommand()} ${MET[scenario] ?? 'mcp tools --url'}`;
  const args = [...SUITE, 'client', '--command', command, '--scenario', scenario];
  const { status, stdout, stderr } = spawnSync('npx', args, { encoding: 'utf8', cwd: tmpdir() });
  const [passed = 'no result'] = /Passed: .*/.exec(`${stdout}${stderr}`) ?? [];
  process.stdout.write(`${scenario}: ${status === 0 ? 'met' : 'not met'} (${passed})\n`);
  if (status !== 0) process.exitCode = 1;
}
