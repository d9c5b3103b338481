import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startFakeProvider } from '../fake/provider.ts';
import { bundledCommand } from './bundle.ts';
import { packageDir } from './package-dir.ts';
import { node } from './spawn.ts';

/** What each command line loads of other people's code: the cost of its start. yaml and zod are in one file of the bundle. */
const LOADED: readonly (readonly [args: readonly string[], packages: readonly string[]])[] = [
  [['--version'], []],
  [['--help'], []],
  [[], []],
  [['nosuch'], ['commander']],
  [['help', 'exit-codes'], ['commander']],
  [
    ['help', 'events'],
    ['commander', 'yaml', 'zod'],
  ],
  [
    ['validate', 'three.yaml'],
    ['commander', 'yaml', 'zod'],
  ],
  [
    ['run', 'three.yaml', '--input', 'x'],
    ['commander', 'yaml', 'zod'],
  ],
  [['schema'], ['commander', 'yaml', 'zod']],
  [['models', 'list'], ['commander']],
  [['doctor'], ['commander']],
  [
    ['prompts', 'list'],
    ['commander', 'yaml', 'zod'],
  ],
];

let home = '';
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'promptchain-loaded-'));
  await writeFile(join(home, 'three.yaml'), 'model: echo/x\nsteps:\n  - "a {input}"\n  - "b {input}"\n  - "c {input}"\n');
});
after(() => rm(home, { recursive: true, force: true }));

for (const [args, packages] of LOADED) {
  test(`promptchain ${args.join(' ')} loads ${packages.join(', ') || 'no package'}`, async () => {
    assert.deepEqual(await packagesOf(args), packages);
  });
}

test('a run over HTTP loads one SDK, and neither TLS nor what Node has for fetch', async () => {
  await using fake = await startFakeProvider();
  await writeFile(join(home, 'remote.yaml'), 'model: openai/any\nsteps:\n  - "a {input}"\n');
  const env = { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: fake.openaiUrl };
  const packages = await packagesOf(['run', 'remote.yaml', '--input', 'x'], env);
  assert.equal(fake.requests.length, 1);
  assert.ok(packages.includes('openai'));
  assert.ok(!packages.includes('@anthropic-ai/sdk') && !packages.includes('ora'), packages.join(', '));
  const builtins = await readFile(join(home, 'record.builtins'), 'utf8');
  assert.match(builtins, /\bhttp\b/);
  assert.doesNotMatch(builtins, /undici|\btls\b|webcrypto/);
});

test('OpenTelemetry is loaded when there is an address for traces, and only then', async () => {
  const args = ['run', 'three.yaml', '--input', 'x'];
  const isTelemetry = (name: string) => name.startsWith('@opentelemetry/');
  assert.ok((await packagesOf(args, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })).some(isTelemetry));
  for (const off of [
    { OTEL_SERVICE_NAME: 'x' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' },
  ])
    assert.deepEqual(await packagesOf(args, off), ['commander', 'yaml', 'zod']);
});

test('of zod the bundle has what is used: who asks for all of it gets the sentences of fifty languages', async () => {
  const folder = join(packageDir, 'dist/cli');
  const chunks = (await readdir(folder)).filter((name) => name.endsWith('.cjs'));
  const texts = await Promise.all(chunks.map((name) => readFile(join(folder, name), 'utf8')));
  const locales = texts.flatMap((text) => [...text.matchAll(/^\/\/ .*zod\/v4\/locales\/(.*)$/gm)].map(([, name]) => name));
  assert.deepEqual(locales, ['en.js']);
});

/** The packages with code in the files of the bundle that were read; the bundler names the source of each part. */
async function packagesOf(args: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const record = join(home, 'record');
  await rm(record, { force: true });
  const preload = join(packageDir, 'test/fixtures/package/record-chunks.cjs');
  const env = { HOME: home, RECORD: record, ...variables };
  await node(['--require', preload, bundledCommand(), ...args], { cwd: home, env });
  const found = new Set<string>();
  for (const file of (await readFile(record, 'utf8')).trim().split('\n')) {
    for (const [, name = ''] of (await readFile(file, 'utf8')).matchAll(/^\/\/ .*node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//gm))
      found.add(name);
  }
  return [...found].sort();
}
