import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { startFakeProvider } from '../../fake/provider.ts';
import { openSandbox } from '../sandbox.ts';

const CHAIN =
  'model: echo/x\nsteps:\n  - { id: first, prompt: "{input}" }\n  - { id: never, prompt: "{input}", if: size(input) > 1000 }\n';
/** Text that would be Markdown, HTML, a command of the runner or an output of its own. */
const HOSTILE = '```\n</details>![x](http://evil)\n::error::pwned\nstatus<<end\nowned\nend\n````';

describe('run --summary', () => {
  it('says a cost of less than a hundredth of a cent', async () => {
    await using fake = await startFakeProvider({ replies: [{ text: 'a', usage: { input: 10, output: 0 } }] });
    const model = '{ model: openai/own, price: { input: 0.1, output: 0.1 } }';
    using sandbox = openSandbox({ 'a.yaml': `models: { own: ${model} }\nmodel: own\nsteps: ["{input}"]\n` });
    const env = { OPENAI_BASE_URL: fake.openaiUrl, OPENAI_API_KEY: 'sk-test-0123456789' };
    const { code, stderr } = await sandbox.run(['run', 'a.yaml', '-i', 'x', '-q', '--summary', 'page.md'], { env });
    assert.equal(code, 0, stderr);
    assert.match(readFileSync(sandbox.path('page.md'), 'utf8'), /\$0\.0000010/);
  });

  it('writes a page with the steps and the output, and leaves nothing beside it', async () => {
    using sandbox = openSandbox({ 'a.yaml': CHAIN });
    const { code, stdout, stderr } = await sandbox.run(['run', 'a.yaml', '-i', 'hello', '-q', '--summary', 'page.md']);
    assert.deepEqual([code, stdout, stderr], [0, 'hello\n', '']);
    const page = readFileSync(sandbox.path('page.md'), 'utf8');
    assert.match(page, /^## a: success\n\nexit code 0, [\d.]+ m?s.*\n/);
    assert.match(page, /^\| first \| prompt \| completed \| echo\/x \| 1 \|/m);
    assert.match(page, /^\| never \| prompt \| skipped \|/m);
    assert.match(page, /\n```text\nhello\n```\n$/);
    assert.deepEqual(readdirSync(sandbox.dir).sort(), ['a.yaml', 'page.md']);
  });

  it('writes one of a run that fails, with the error, in place of the old page', async () => {
    using sandbox = openSandbox({ 'a.yaml': 'steps:\n  - { id: boom, run: "echo `x` | false" }\n', 'page.md': 'old' });
    assert.equal((await sandbox.run(['run', 'a.yaml', '-i', 'x', '--summary', 'page.md'])).code, 1);
    const page = readFileSync(sandbox.path('page.md'), 'utf8');
    assert.match(page, /^## a: failed\n\nexit code 1/);
    assert.match(page, /^\*\*Error PC7101\*\* in step boom: /m);
    assert.match(page, /^\| boom \| run \| failed \|/m);
  });

  it('writes one of a chain that is not valid, with every problem', async () => {
    using sandbox = openSandbox({ 'a.yaml': 'steps:\n  - promt: "{input}"\n  - "{steps.no.output}"\n' });
    const { code } = await sandbox.run(['run', 'a.yaml', '-i', 'x', '--json', '--summary', 'page.md']);
    assert.equal(code, 3);
    const page = readFileSync(sandbox.path('page.md'), 'utf8');
    assert.match(page, /^\*\*Error PC1102\*\*/m);
    assert.match(page, /^- 2:5 PC1102 .*\n- 3:13 PC3002 /m);
  });

  it('fences what a model says so that none of it is Markdown', async () => {
    using sandbox = openSandbox({ 'a.yaml': CHAIN });
    await sandbox.run(['run', 'a.yaml', '-i', HOSTILE, '--summary', 'page.md']);
    const page = readFileSync(sandbox.path('page.md'), 'utf8');
    assert.ok(page.endsWith(`\n\`\`\`\`\`text\n${HOSTILE}\n\`\`\`\`\`\n`), page);
  });

  it('shows no secret', async () => {
    using sandbox = openSandbox({ 'a.yaml': 'steps:\n  - run: echo "$OPENAI_API_KEY" && exit 0\n' });
    await sandbox.run(['run', 'a.yaml', '-i', 'x', '--summary', 'page.md'], { env: { OPENAI_API_KEY: 'sk-canary-0123456789' } });
    assert.doesNotMatch(readFileSync(sandbox.path('page.md'), 'utf8'), /canary/);
  });

  it('is refused before anything runs when the page cannot be written, and beside --dry-run', async () => {
    using sandbox = openSandbox({ 'a.yaml': CHAIN });
    const { code, stdout, stderr } = await sandbox.run(['run', 'a.yaml', '-i', 'x', '--summary', 'no/page.md']);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /PC2025/);
    assert.equal((await sandbox.run(['run', 'a.yaml', '-i', 'x', '--summary', 'p.md', '--dry-run'])).code, 2);
  });
});

describe('run --github', () => {
  it('appends the page to the job summary, and the outputs of the step', async () => {
    using sandbox = openSandbox({ 'a.yaml': CHAIN, 'summary.md': 'before\n', 'out.txt': 'other=1\n' });
    const env = { GITHUB_STEP_SUMMARY: sandbox.path('summary.md'), GITHUB_OUTPUT: sandbox.path('out.txt') };
    const { code, stdout } = await sandbox.run(['run', 'a.yaml', '-i', HOSTILE, '--github'], { env });
    assert.deepEqual([code, stdout], [0, `${HOSTILE}\n`]);
    assert.match(readFileSync(sandbox.path('summary.md'), 'utf8'), /^before\n## a: success\n/);
    const outputs = outputsIn(readFileSync(sandbox.path('out.txt'), 'utf8'));
    assert.deepEqual(outputs, { other: '1', status: 'success', cost_usd: '0', output: HOSTILE });
  });

  it('tells of a failure too, in the files and as an annotation outside of what the model may say', async () => {
    using sandbox = openSandbox({ 'a.yaml': 'steps:\n  - { id: boom, run: exit 3 }\n', 'out.txt': '' });
    const env = { GITHUB_OUTPUT: sandbox.path('out.txt') };
    const { code, stderr } = await sandbox.run(['run', 'a.yaml', '-i', 'x', '--github'], { env });
    assert.equal(code, 1);
    assert.match(stderr, /^::stop-commands::[0-9a-f]{32}\n/);
    assert.match(stderr, /\n::[0-9a-f]{32}::\n::error title=PC7101::step "boom": .*\n$/);
    const { status, output } = outputsIn(readFileSync(sandbox.path('out.txt'), 'utf8'));
    assert.deepEqual([status, output], ['failed', '']);
  });

  it('makes annotations of the problems of a file and of warnings', async () => {
    using sandbox = openSandbox({
      'bad.yaml': 'steps:\n  - promt: "{input}"\n',
      'a.yaml': 'model: echo/x\nsteps:\n  - { prompt: hi, raw: true }\n',
    });
    const env = { GITHUB_OUTPUT: sandbox.path('out.txt') };
    const bad = await sandbox.run(['run', 'bad.yaml', '-i', 'x', '--github'], { env });
    assert.match(bad.stderr, /^::error file=bad\.yaml,line=2,col=5,/m);
    const unused = await sandbox.run(['run', 'a.yaml', '-i', 'x', '--github'], { env });
    assert.match(unused.stderr, /\n::[0-9a-f]{32}::\n::warning title=PC2027::.*\n$/);
  });

  it('is refused where there is no job', async () => {
    using sandbox = openSandbox({ 'a.yaml': CHAIN });
    const { code, stderr } = await sandbox.run(['run', 'a.yaml', '-i', 'x', '--github']);
    assert.equal(code, 2);
    assert.match(stderr, /GITHUB_OUTPUT/);
  });
});

/** As the runner reads the file. */
function outputsIn(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split('\n');
  while (lines.length > 0) {
    const line = lines.shift() ?? '';
    const [, name = '', end = ''] = /^([^=]*?)<<(.*)$/.exec(line) ?? [];
    if (name !== '')
      outputs[name] = lines
        .splice(0, lines.indexOf(end) + 1)
        .slice(0, -1)
        .join('\n');
    else if (line !== '') outputs[line.split('=', 1)[0] ?? ''] = line.slice(line.indexOf('=') + 1);
  }
  return outputs;
}
