import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type FakeRequest, type Reply, startFakeProvider } from '../fake/provider.ts';
import { packageDir } from '../package/package-dir.ts';
import { openSandbox } from './bin.ts';

/** The examples, by their path in `chains/`; what is in `stubs/` stands for models. */
export function chainFiles(): readonly string[] {
  const files = readdirSync(join(packageDir, 'chains'), { recursive: true, encoding: 'utf8' });
  return files.map((file) => file.replaceAll('\\', '/')).filter((file) => file.endsWith('.yaml') && !file.startsWith('stubs/'));
}

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly requests: readonly FakeRequest[];
}

/** Runs an example against scripted replies; it must end well, having used them all. */
export async function run(
  name: string,
  args: readonly string[],
  replies: readonly Reply[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  await using fake = await startFakeProvider({ replies, fallback: { status: 400 } });
  await using sandbox = await openSandbox({
    OPENAI_API_KEY: 'test-key',
    ANTHROPIC_API_KEY: 'test-key',
    OPENAI_BASE_URL: fake.openaiUrl,
    ANTHROPIC_BASE_URL: fake.anthropicUrl,
    ...env,
  });
  const ended = await sandbox.run(['run', `chains/${name}`, ...args]);
  assert.equal(ended.code, 0, ended.stderr);
  assert.equal(fake.requests.length, replies.length, ended.stderr);
  return { ...ended, requests: fake.requests };
}

let calls = 0;

/** A turn in which the model calls a tool. */
export function calling(name: string, args: object): Reply {
  calls += 1;
  return { toolCalls: [{ id: `call_${calls}`, name, arguments: JSON.stringify(args) }] };
}

/** The server of an example, from the installed package instead of from the registry. */
export function installed(server: string, entry: string, args: readonly string[] = []): readonly string[] {
  const bin = join(packageDir, `node_modules/@modelcontextprotocol/${server}/dist/index.js`);
  return [
    '--set',
    `mcp.${entry}.command=${process.execPath}`,
    '--set',
    `mcp.${entry}.args=${JSON.stringify([bin, ...args])}`,
    '--trust',
  ];
}
