import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { EXIT } from '../../src/core/exit-code.ts';
import { ROOTS } from '../../src/core/scope.ts';
import { packageDir } from '../package/package-dir.ts';
import { openSandbox } from './sandbox.ts';

const sandbox = openSandbox();
after(() => sandbox[Symbol.dispose]());

async function page(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await sandbox.run(['help', ...words]);
  assert.deepEqual([code, stderr], [0, '']);
  assert.ok(stdout.endsWith('\n') && !stdout.endsWith('\n\n'));
  return stdout;
}

const TOPICS = [
  ...[
    'environment',
    'exit-codes',
    'errors',
    'events',
    'templates',
    'flow',
    'config',
    'pipelines',
    'recordings',
    'resume',
    'traces',
  ],
];

describe('promptchain help', () => {
  it('lists the commands and the topics', async () => {
    const text = await page();
    for (const topic of TOPICS) assert.match(text, new RegExp(`^  ${topic} `, 'm'));
    assert.match(text, /^ {2}help /m);
  });

  for (const topic of TOPICS) {
    it(`has a page on ${topic} that fits a terminal of 120 columns`, async () => {
      const text = await page(topic);
      assert.deepEqual(
        text.split('\n').filter((line) => line.length > 120),
        [],
      );
      assert.doesNotMatch(text, /undefined|\[object/);
    });
  }

  it('tells every exit code', async () => {
    const text = await page('exit-codes');
    for (const code of [...Object.values(EXIT), 129, 130, 143]) assert.match(text, new RegExp(`^  ${code} +\\S`, 'm'));
  });

  it('tells every reserved root', async () => {
    const text = await page('templates');
    for (const root of ROOTS) assert.match(text, new RegExp(`^  \\{${root}[.}]`, 'm'));
  });

  it('lists each error code once, and every table of codes that the parts have', async () => {
    const codes = [...(await page('errors')).matchAll(/^ {2}(PC\d{4}) +\S/gm)].map(([, code]) => code);
    assert.deepEqual(codes, [...new Set(codes)].sort());
    const tables = readdirSync(join(packageDir, 'src'), { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('/codes.ts') && !name.endsWith('help/codes.ts'),
    );
    const declared = tables.flatMap((name) => readFileSync(join(packageDir, 'src', name), 'utf8').match(/\bPC\d{4}(?=:)/g) ?? []);
    assert.deepEqual(declared.sort(), codes);
  });

  it('prints the help of a command, as --help does', async () => {
    assert.equal(await page('help'), (await sandbox.run(['help', '--help'])).stdout.trimEnd().concat('\n'));
  });

  it('works in a folder whose configuration is broken', async () => {
    using broken = openSandbox({ 'promptchain.config.yaml': 'nonsense: [', '.env/': '' });
    const { code, stderr } = await broken.run(['help', 'config']);
    assert.deepEqual([code, stderr], [0, '']);
  });

  it('refuses an env file, which it would not read', async () => {
    using other = openSandbox({ 'x.env': 'A=1\n' });
    assert.equal((await other.run(['help', '--env-file', 'x.env'])).code, 2);
  });

  it('suggests the topic that was meant, exit 2', async () => {
    const { code, stdout, stderr } = await sandbox.run(['help', 'exit-code']);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /error\[PC2103\]: no command or topic "exit-code"/);
    assert.match(stderr, /did you mean "promptchain help exit-codes"\?/);
  });
});

it('the defaults of serve are shown as its options take them', async () => {
  const { stdout } = await sandbox.run(['serve', '--help']);
  const shown = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+) <.*\(default ([^ )]+)\)$/gm)].map(
    ([, name, value]) => `${name}=${value}`,
  );
  for (const one of ['--max-body=4mb', '--request-timeout=30s', '--port=8080']) assert.ok(shown.includes(one), stdout);
  const { code, stderr } = await sandbox.run(['serve', 'missing.yaml', ...shown]);
  assert.equal(code, EXIT.invalid, stderr);
  assert.match(stderr, /missing\.yaml cannot be read/);
});
