import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openSandbox } from '../cli/sandbox.ts';
import { type FakeOptions, type FakeRequest, startFakeProvider } from '../fake/provider.ts';

const LONG = Array.from({ length: 900 }, (_, index) => `Line ${String(index).padStart(3, '0')} tells of cats.`).join('\n');

const chain = (policy: string, head = 'models: { m: { model: openai/gpt-4o-mini, context: 3000 } }\nmodel: m\n') =>
  `${head}steps:\n  - id: short\n    prompt: "The author's own text stays whole.\\n\\n{input}\\n\\nEnd of it."\n    max_tokens: 200\n    ${policy}\n`;

async function run(text: string, options: FakeOptions = {}, ...args: string[]) {
  await using fake = await startFakeProvider(options);
  using sandbox = openSandbox({ 'a.yaml': text, 'long.txt': LONG });
  const env = { OPENAI_API_KEY: 'sk-test-key-0001', OPENAI_BASE_URL: fake.openaiUrl };
  const ended = await sandbox.run(['run', 'a.yaml', '--input-file', 'long.txt', ...args], { env });
  return { ...ended, requests: fake.requests };
}

const asked = (request: FakeRequest | undefined) =>
  (request?.body.messages as { content: string }[] | undefined)?.at(-1)?.content ?? '';
const OVERFLOW = { status: 400, error: { code: 'context_length_exceeded', message: 'too long' } };

describe('a prompt that the model cannot read all of', () => {
  it('is not sent: the error tells the tokens, the window and what to do', async () => {
    const { code, stderr, requests } = await run(chain(''));
    assert.equal(code, 1);
    assert.equal(requests.length, 0);
    assert.match(
      stderr,
      /error\[PC5012\]: the request has about \d{4} tokens and max_tokens keeps 200 for the answer, but openai\/gpt-4o-mini takes 3000 in all: it was not sent/,
    );
    assert.match(stderr, /--> step "short"/);
    assert.match(stderr, /help: .*context: truncate or summarise/);
  });

  it('what is known of models counts where the file says nothing', async () => {
    const head = 'model: openai/gpt-4o-mini\n';
    const most = await run(chain('', head).replace('{input}', `${'{input}'.repeat(10)}`));
    assert.equal(most.code, 0, most.stderr);
    const more = await run(chain('', head).replace('{input}', `${'{input}'.repeat(40)}`));
    assert.deepEqual([more.code, more.requests.length], [1, 0]);
    assert.match(more.stderr, /openai\/gpt-4o-mini takes 128000 in all/);
  });

  it('context: truncate leaves out the middle of the longest value, says so in a warning and in the text', async () => {
    const { code, stderr, requests } = await run(chain('context: truncate'));
    assert.equal(code, 0, stderr);
    assert.equal(requests.length, 1);
    const text = asked(requests[0]);
    assert.match(text, /^The author's own text stays whole\.\n\nLine 000 tells of cats\./);
    assert.match(text, /\n\[\d+ of 21599 characters are left out here\]\n/);
    assert.match(text, /Line 899 tells of cats\.\n\nEnd of it\.$/);
    assert.ok(text.length / 4 < 2800 && text.length / 4 > 1500, String(text.length));
    assert.match(
      stderr,
      /warning\[PC5305\]: short: \{input\} was cut from 21599 to \d+ characters, because openai\/gpt-4o-mini cannot read all of it/,
    );
  });

  it('a value that is read several times is shortened for each of them', async () => {
    const { code, stderr, requests } = await run(chain('context: truncate').replace('{input}', '{input} {input} {input}'));
    assert.equal(code, 0, stderr);
    const text = asked(requests[0]);
    assert.equal(text.match(/characters are left out here/g)?.length, 3);
    assert.ok(text.length / 4 < 2800, String(text.length));
  });

  it('only what is longest gives way', async () => {
    const { requests, stderr } = await run(
      `${chain('context: truncate').replace('{input}', '{inputs.tone} {inputs.list | json} {input}')}inputs: { tone: { default: brief }, list: { type: list, default: [one, two] } }\n`,
    );
    assert.match(asked(requests[0]), /brief \["one","two"\] Line 000/, stderr);
  });

  it('context: summarise lets the model shorten it first, in pieces it can read, as turns that count', async () => {
    const replies = (request: FakeRequest) => ({
      text: asked(request).startsWith('Shorten the text') ? 'cats, all of them' : 'done',
      usage: { input: 100, output: 10 },
    });
    const { code, stdout, requests, stderr } = await run(chain('context: summarise'), { replies }, '--json');
    assert.equal(code, 0, stderr);
    const { output, usage, warnings } = JSON.parse(stdout);
    assert.equal(output, 'done');
    assert.ok(requests.length >= 3, String(requests.length));
    for (const request of requests) assert.ok(asked(request).length / 4 < 3000);
    assert.match(
      asked(requests.at(-1)),
      /^The author's own text stays whole\.\n\n\[a summary of 21599 characters\]\ncats, all of them/,
    );
    assert.deepEqual(usage, { input_tokens: 100 * requests.length, output_tokens: 10 * requests.length });
    assert.match(warnings[0].message, /\{input\} was summarised from 21599/);
  });

  it('where nobody knows the window, what the provider refuses is halved', async () => {
    const head = 'models: { m: { model: mine/model, base_url: "${OPENAI_BASE_URL}" } }\nmodel: m\n';
    const plain = await run(chain('', head), { replies: [OVERFLOW] });
    assert.deepEqual([plain.code, plain.requests.length], [1, 1]);
    assert.match(plain.stderr, /PC5012/);
    const { code, stderr, requests } = await run(chain('context: truncate', head), { replies: [OVERFLOW, OVERFLOW] });
    assert.equal(code, 0, stderr);
    const lengths = requests.map((request) => asked(request).length);
    assert.equal(lengths.length, 3);
    assert.ok((lengths[1] ?? 0) < (lengths[0] ?? 0) * 0.55 && (lengths[2] ?? 0) < (lengths[1] ?? 0) * 0.55, lengths.join());
  });

  it('replays as it was recorded', async () => {
    await using fake = await startFakeProvider({ replies: [OVERFLOW] });
    using sandbox = openSandbox({ 'a.yaml': chain('context: truncate'), 'long.txt': LONG });
    const env = { OPENAI_API_KEY: 'sk-test-key-0001', OPENAI_BASE_URL: fake.openaiUrl };
    const args = ['run', 'a.yaml', '--input-file', 'long.txt'];
    const first = await sandbox.run([...args, '--record', 'tape.jsonl'], { env });
    const again = await sandbox.run([...args, '--replay', 'tape.jsonl']);
    assert.equal(first.code, 0, first.stderr);
    assert.deepEqual([again.code, again.stdout], [0, first.stdout], again.stderr);
  });

  it('with tools, an agent has rules of its own', async () => {
    using sandbox = openSandbox({ 'a.yaml': chain('context: truncate\n    tools: [calculator]') });
    const { code, stderr } = await sandbox.run(['validate', 'a.yaml']);
    assert.equal(code, 3);
    assert.match(stderr, /PC1410/);
  });
});
