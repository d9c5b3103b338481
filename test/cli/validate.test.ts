import assert from 'node:assert/strict';
import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { openSandbox } from './sandbox.ts';

const GOOD = 'model: echo/x\nsteps:\n  - "Say: {input}"\n';
const BAD = 'model: echo/x\nsteps:\n  - promt: "Say: {input}"\n';
/** A prompt that reads nothing gets a warning. */
const DOUBTFUL = 'model: echo/x\nsteps:\n  - "Say: {input}"\n  - "Say hello"\n';
/** YAML reads the item as a map. */
const TRAP = 'model: echo/x\nsteps:\n  - Extract facts from: {input}\n';

describe('promptchain validate', () => {
  it('says on stdout that a chain is valid', async () => {
    using sandbox = openSandbox({ 'chain.yaml': GOOD });
    assert.deepEqual(await sandbox.run(['validate', 'chain.yaml']), { code: 0, stdout: 'chain.yaml: valid\n', stderr: '' });
  });

  it('shows what is wrong with its place on stderr, exit 3', async () => {
    using sandbox = openSandbox({ 'chain.yaml': BAD });
    const { code, stdout, stderr } = await sandbox.run(['validate', 'chain.yaml']);
    assert.deepEqual([code, stdout], [3, 'chain.yaml: 1 error\n']);
    assert.match(stderr, /^error\[PC\d{4}\]: .*promt/);
    assert.match(stderr, /--> chain\.yaml:3:5/);
    assert.match(stderr, /did you mean "prompt"\?/);
  });

  it('checks several files and fails when one fails', async () => {
    using sandbox = openSandbox({ 'good.yaml': GOOD, 'bad.yaml': BAD });
    const { code, stdout } = await sandbox.run(['validate', 'good.yaml', 'bad.yaml']);
    assert.deepEqual([code, stdout], [3, 'good.yaml: valid\nbad.yaml: 1 error\n']);
  });

  it('passes a chain with warnings, and fails it with --strict', async () => {
    using sandbox = openSandbox({ 'chain.yaml': DOUBTFUL });
    const lax = await sandbox.run(['validate', 'chain.yaml']);
    assert.deepEqual([lax.code, lax.stdout], [0, 'chain.yaml: valid, 1 warning\n']);
    assert.match(lax.stderr, /^warning\[PC\d{4}\]/);
    assert.equal((await sandbox.run(['validate', '--strict', 'chain.yaml'])).code, 3);
  });

  it('with -q shows errors only', async () => {
    using sandbox = openSandbox({ 'chain.yaml': DOUBTFUL, 'bad.yaml': BAD });
    assert.equal((await sandbox.run(['validate', '-q', 'chain.yaml'])).stderr, '');
    assert.match((await sandbox.run(['validate', '-q', 'bad.yaml'])).stderr, /^error/);
  });

  it('reads stdin for -', async () => {
    using sandbox = openSandbox();
    const { code, stdout, stderr } = await sandbox.run(['validate', '-'], { stdin: BAD });
    assert.deepEqual([code, stdout], [3, '<stdin>: 1 error\n']);
    assert.match(stderr, /--> <stdin>:3:5/);
    assert.equal((await sandbox.run(['validate', '-'], { stdin: GOOD })).code, 0);
    assert.equal((await sandbox.run(['validate', '-', '-'], { stdin: GOOD })).code, 2);
  });

  it('does not open stdin otherwise', async () => {
    using sandbox = openSandbox({ 'chain.yaml': GOOD });
    assert.equal((await sandbox.run(['validate', 'chain.yaml'], { stdin: Buffer.from([0xff]) })).code, 0);
  });

  it('prints one object with --format json, and nothing on stderr', async () => {
    using sandbox = openSandbox({ 'good.yaml': GOOD, 'bad.yaml': BAD });
    const { code, stdout, stderr } = await sandbox.run(['validate', '--format', 'json', 'good.yaml', 'bad.yaml']);
    assert.deepEqual([code, stderr], [3, '']);
    const report = JSON.parse(stdout);
    assert.equal(report.schema, 'promptchain.validation.v1');
    assert.deepEqual([report.valid, report.exit_code], [false, 3]);
    assert.deepEqual(
      report.files.map(({ file, valid, errors }: Record<string, unknown>) => [file, valid, errors]),
      [
        [sandbox.path('good.yaml'), true, 0],
        [sandbox.path('bad.yaml'), false, 1],
      ],
    );
    const [problem] = report.files[1].problems;
    assert.deepEqual([problem.severity, problem.line, problem.column], ['error', 3, 5]);
  });

  it('prints SARIF for code scanning with --format sarif', async () => {
    using sandbox = openSandbox({ 'good.yaml': GOOD, 'sub dir/bad.yaml': BAD });
    const { code, stdout, stderr } = await sandbox.run(['validate', '--format', 'sarif', 'good.yaml', 'sub dir/bad.yaml']);
    assert.deepEqual([code, stderr], [3, '']);
    const { version, runs } = JSON.parse(stdout);
    const [{ tool, results }] = runs;
    assert.deepEqual([version, tool.driver.name, results.length], ['2.1.0', 'promptchain', 1]);
    const [{ ruleId, level, message, locations }] = results;
    assert.ok(tool.driver.rules.some((rule: { id: string }) => rule.id === ruleId));
    assert.deepEqual([level, /did you mean/.test(message.text)], ['error', true]);
    const { artifactLocation, region } = locations[0].physicalLocation;
    assert.deepEqual([artifactLocation.uri, region.startLine, region.startColumn], ['sub%20dir/bad.yaml', 3, 5]);
    assert.ok(region.endColumn > region.startColumn);
  });

  it('prints the annotations of GitHub Actions with --format github, there or elsewhere', async () => {
    using sandbox = openSandbox({ 'chain.yaml': BAD });
    for (const env of [{}, { GITHUB_ACTIONS: 'true' }]) {
      const { code, stdout, stderr } = await sandbox.run(['validate', '--format', 'github', 'chain.yaml'], { env });
      assert.deepEqual([code, stderr], [3, '']);
      assert.match(stdout, /^::error file=chain\.yaml,line=3,col=5,title=PC\d{4}::.*\n$/);
    }
  });

  it('shows no secret that the file repeats in any form for programs', async () => {
    const KEY = 'sk-canary-0123456789';
    using sandbox = openSandbox({ 'chain.yaml': `steps:\n  - { prompt: "{input}", on_error: ${KEY} }\n` });
    for (const format of ['json', 'sarif', 'github']) {
      const { code, stdout } = await sandbox.run(['validate', '--format', format, 'chain.yaml'], {
        env: { OPENAI_API_KEY: KEY },
      });
      assert.equal(code, 3);
      assert.ok(!stdout.includes(KEY), stdout);
    }
  });

  it('tells a missing file from a valid one', async () => {
    using sandbox = openSandbox({ 'chain.yaml': GOOD });
    const { code, stderr } = await sandbox.run(['validate', 'chian.yaml']);
    assert.equal(code, 3);
    assert.match(stderr, /chian\.yaml/);
  });

  it('needs a file, and refuses an unknown option with a suggestion', async () => {
    using sandbox = openSandbox();
    assert.equal((await sandbox.run(['validate'])).code, 2);
    const { code, stderr } = await sandbox.run(['validate', '--stric', 'x.yaml']);
    assert.equal(code, 2);
    assert.match(stderr, /did you mean --strict/i);
  });

  it('shows where a key stands in a file, and not the key, as run does', async () => {
    const key = 'sk-proj-0123456789abcdefghijklmnop';
    const text = `models: { own: { model: openai/x, api_key: "${key}" } }\nmodel: own\nsteps: ["{input}"]\n`;
    using sandbox = openSandbox({ 'chain.yaml': text, 'marked.yaml': `\ufeff${text}` });
    for (const args of [
      ['validate', 'chain.yaml'],
      ['validate', 'marked.yaml'],
      ['validate', '--format', 'json', 'chain.yaml'],
      ['run', 'chain.yaml', '-i', 'x'],
    ]) {
      const { code, stdout, stderr } = await sandbox.run(args);
      assert.equal(code, 3);
      assert.match(stdout + stderr, /PC1112/);
      assert.doesNotMatch(stdout + stderr, /0123|mnop/);
    }
  });

  it('shows no secret of the environment that the file repeats', async () => {
    using sandbox = openSandbox({ 'chain.yaml': 'promt: Bearer s3cr3t-s3cr3t-s3cr3t\nsteps: ["{input}"]\n' });
    const { stderr } = await sandbox.run(['validate', 'chain.yaml'], { env: { OPENAI_API_KEY: 's3cr3t-s3cr3t-s3cr3t' } });
    assert.match(stderr, /promt/);
    assert.doesNotMatch(stderr, /s3cr3t/);
  });

  it('tells GitHub Actions the file and line', async () => {
    using sandbox = openSandbox({ 'chain.yaml': BAD });
    const { stderr } = await sandbox.run(['validate', 'chain.yaml'], { env: { GITHUB_ACTIONS: 'true' } });
    assert.match(stderr, /^::error file=chain\.yaml,line=3,/m);
  });

  it('connects to nothing the chain names', async () => {
    const server = createServer();
    let connections = 0;
    server.on('connection', (socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    using sandbox = openSandbox({
      'chain.yaml': `models: { own: { model: openai/x, base_url: "http://127.0.0.1:${port}/v1" } }\nmodel: own\nsteps: ["{input}"]\n`,
    });
    const { code } = await sandbox.run(['validate', 'chain.yaml'], { env: { HTTP_PROXY: `http://127.0.0.1:${port}` } });
    await new Promise((resolve) => server.close(resolve));
    assert.deepEqual([code, connections], [0, 0]);
  });
});

describe('promptchain validate --fix', () => {
  it('mends a trap, says so, and leaves a valid chain', async () => {
    using sandbox = openSandbox({ 'chain.yaml': TRAP });
    assert.equal((await sandbox.run(['validate', 'chain.yaml'])).code, 3);
    const { code, stdout, stderr } = await sandbox.run(['validate', '--fix', 'chain.yaml']);
    assert.deepEqual([code, stdout], [0, 'chain.yaml: valid\n']);
    assert.match(stderr, /^fixed chain\.yaml:3:\d+: /);
    assert.match(readFileSync(sandbox.path('chain.yaml'), 'utf8'), /^ {2}- (['"])Extract facts from: \{input\}\1$/m);
    assert.equal((await sandbox.run(['validate', 'chain.yaml'])).stdout, 'chain.yaml: valid\n');
  });

  it('keeps the mode of the file and the link it was named by', async () => {
    using sandbox = openSandbox({ 'real/chain.yaml': TRAP });
    chmodSync(sandbox.path('real/chain.yaml'), 0o640);
    symlinkSync('real/chain.yaml', sandbox.path('chain.yaml'));
    assert.equal((await sandbox.run(['validate', '--fix', 'chain.yaml'])).code, 0);
    assert.ok(lstatSync(sandbox.path('chain.yaml')).isSymbolicLink());
    assert.equal(statSync(sandbox.path('real/chain.yaml')).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(sandbox.path('real')), ['chain.yaml']);
  });

  it('keeps line ends and a byte order mark', async () => {
    const text = `\ufeff${TRAP.replaceAll('\n', '\r\n')}`;
    using sandbox = openSandbox({ 'chain.yaml': text });
    assert.equal((await sandbox.run(['validate', '--fix', 'chain.yaml'])).code, 0);
    const fixed = readFileSync(sandbox.path('chain.yaml'), 'utf8');
    assert.ok(fixed.startsWith('\ufeffmodel: echo/x\r\nsteps:\r\n'));
    assert.equal(fixed.split('\r\n').length, text.split('\r\n').length);
  });

  it('does not write a file that has nothing to mend', async () => {
    using sandbox = openSandbox({ 'good.yaml': GOOD, 'bad.yaml': 'steps: [\n' });
    const before = ['good.yaml', 'bad.yaml'].map((name) => statSync(sandbox.path(name)).ino);
    assert.equal((await sandbox.run(['validate', '--fix', 'good.yaml', 'bad.yaml'])).code, 3);
    assert.deepEqual(
      ['good.yaml', 'bad.yaml'].map((name) => statSync(sandbox.path(name)).ino),
      before,
    );
    assert.equal(readFileSync(sandbox.path('bad.yaml'), 'utf8'), 'steps: [\n');
  });

  it('tells in JSON what it mended', async () => {
    using sandbox = openSandbox({ 'chain.yaml': TRAP });
    const { stdout } = await sandbox.run(['validate', '--fix', '--format', 'json', 'chain.yaml']);
    const { files } = JSON.parse(stdout);
    assert.deepEqual([files[0].valid, files[0].fixed.length, files[0].fixed[0].line], [true, 1, 3]);
  });

  it('writes only files that are named, and says which others have a remedy', async () => {
    using sandbox = openSandbox({ 'chain.yaml': 'steps: [{ chain: ./sub.yaml }]\n', 'sub.yaml': TRAP });
    const { code, stderr } = await sandbox.run(['validate', '--fix', 'chain.yaml']);
    assert.equal(code, 3);
    assert.match(stderr, /promptchain validate --fix sub\.yaml/);
    assert.equal(readFileSync(sandbox.path('sub.yaml'), 'utf8'), TRAP);
  });

  it('does not go with stdin', async () => {
    using sandbox = openSandbox();
    assert.equal((await sandbox.run(['validate', '--fix', '-'], { stdin: TRAP })).code, 2);
  });
});
