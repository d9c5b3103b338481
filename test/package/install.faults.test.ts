import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { packageDir } from './package-dir.ts';
import { run } from './spawn.ts';

let work = '';
before(async () => {
  work = await mkdtemp(join(tmpdir(), 'promptchain-install-'));
});
after(() => rm(work, { recursive: true, force: true }));

test('the tarball installs into an empty prefix and its command runs from another folder', async (context) => {
  const reached = await npm(['view', 'commander', 'version'], work);
  if (reached.code !== 0) return context.skip('the package registry cannot be reached');

  const packed = await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', work], packageDir);
  const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
  const prefix = join(work, 'prefix');
  const { stdout: globalConfig } = await npm(['config', 'get', 'globalconfig'], work);
  const place = ['--global', '--prefix', prefix, '--globalconfig', globalConfig.trim()];
  const installed = await npm(['install', ...place, '--no-audit', '--no-fund', join(work, filename)], work);
  assert.equal(installed.code, 0, installed.stderr);

  const elsewhere = join(work, 'elsewhere');
  await mkdir(elsewhere);
  const { version } = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')) as { version: string };
  const command = process.platform === 'win32' ? join(prefix, 'promptchain.cmd') : join(prefix, 'bin/promptchain');
  const said = await run(command, ['--version'], { cwd: elsewhere, env: { HOME: work } });
  assert.deepEqual(said, { code: 0, stdout: `${version}\n`, stderr: '' });
  await writeFile(join(elsewhere, 'chain.yaml'), 'model: echo/x\nsteps: ["Hello, {input}"]\n');
  const ran = await run(command, ['run', 'chain.yaml', '--input', 'world'], { cwd: elsewhere, env: { HOME: work } });
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal(ran.stdout, 'Hello, world\n');
});

function npm(args: readonly string[], cwd: string) {
  return run('npm', args, { cwd, env: { HOME: work } });
}
