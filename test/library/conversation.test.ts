import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ConversationSoFar, loadChain, type RunChainOptions, runChain } from '../../src/index.ts';
import { startFakeProvider } from '../fake/provider.ts';

type Sent = { role: string; content: string }[];

async function talk(files: Readonly<Record<string, string>>, conversation?: ConversationSoFar, more: RunChainOptions = {}) {
  await using fake = await startFakeProvider({ replies: [{ text: 'one' }, { text: 'two' }, { text: 'three' }] });
  const folder = mkdtempSync(join(tmpdir(), 'promptchain-conversation-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const env = { OPENAI_BASE_URL: fake.openaiUrl, OPENAI_API_KEY: 'sk-test-0000', PROMPTCHAIN_HOME: join(folder, 'home') };
    const chain = loadChain(join(folder, 'c.yaml'), { env });
    const given = conversation === undefined ? {} : { conversation };
    const events = runChain(chain, { input: 'IN', env, memory: join(folder, 'memory.jsonl'), ...given, ...more });
    let next = await events.next();
    while (!next.done) next = await events.next();
    const sent = fake.requests.map(({ body }) => ((body.messages ?? []) as Sent).map(({ content }) => content));
    return { result: next.value, sent, uses: chain.uses.conversation };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const SAID: ConversationSoFar = {
  turns: [
    [
      { role: 'user', text: 'q1' },
      { role: 'assistant', text: 'a1 {input}' },
    ],
    [
      { role: 'user', text: 'q2' },
      { role: 'assistant', text: 'a2' },
    ],
  ],
  user: 'Ada',
};

test('history sends the conversation first, then the prompt steps of the chain', async () => {
  const yaml = `model: openai/gpt-4o-mini
steps:
  - { prompt: "A {input}", history: 1 }
  - { prompt: "B {input}", history: full }
  - "C {input}"
`;
  const { sent, uses } = await talk({ 'c.yaml': yaml }, SAID);
  assert.equal(uses, true);
  assert.deepEqual(sent, [['q2', 'a2', 'A IN'], ['q1', 'a1 {input}', 'q2', 'a2', 'A IN', 'one', 'B one'], ['C two']]);
});

test('{history} and {user} are texts, in conditions too, and never read again', async () => {
  const yaml = `steps:
  - { id: first, set: "first message", if: 'history == ""' }
  - { id: known, set: "hello {user}", if: 'user == "Ada" && history.contains("q2")' }
output: "[{user}|{history}|{steps.first.status}|{steps.known.output | default \\"nobody\\"}]"
`;
  const { result } = await talk({ 'c.yaml': yaml }, SAID);
  assert.equal(
    result.output,
    '[Ada|User: q1\n\nAssistant: a1 {input}\n\nUser: q2\n\nAssistant: a2|skipped|hello Ada]',
    JSON.stringify(result.error),
  );
  const outside = await talk({ 'c.yaml': yaml });
  assert.equal(outside.result.output, '[||completed|nobody]', JSON.stringify(outside.result.error));
});

test('a chain that is called is in the same conversation', async () => {
  const { sent, uses } = await talk(
    {
      'c.yaml': 'steps:\n  - { chain: ./d.yaml }\n',
      'd.yaml': 'model: openai/gpt-4o-mini\nsteps:\n  - { prompt: "{user}: {input}", history: full }\n',
    },
    SAID,
  );
  assert.equal(uses, true);
  assert.deepEqual(sent, [['q1', 'a1 {input}', 'q2', 'a2', 'Ada: IN']]);
});

test('what a chain remembers of a conversation is kept with it, unless it names a namespace', async () => {
  const steps = 'steps: [{ id: a, set: "{memory.seen | default \\"no\\"}", remember: { seen: "{user}" } }]\n';
  const memory = new Map<string, Record<string, unknown>>();
  const store = {
    read: async (namespace: string) => ({ ...memory.get(namespace) }) as Record<string, string>,
    commit: async (namespace: string) => void memory.set(namespace, {}),
  };
  const conversation = { ...SAID, namespace: 'chat:s' };
  await talk({ 'c.yaml': steps }, conversation, { memory: store });
  await talk({ 'c.yaml': `memory: { namespace: "about-{user}" }\n${steps}` }, conversation, { memory: store });
  await talk({ 'c.yaml': `memory: { max: 1 }\n${steps}` }, conversation, { memory: store });
  assert.deepEqual([...memory.keys()], ['chat:s', 'about-Ada', 'default']);
});

test('a provider is sent no empty message, which some refuse', async () => {
  const turns: ConversationSoFar['turns'] = [
    [
      { role: 'user', text: 'q' },
      { role: 'assistant', text: ' ' },
    ],
  ];
  const yaml = 'model: openai/gpt-4o-mini\nsteps: [{ prompt: "{input}", history: full }]\n';
  assert.deepEqual((await talk({ 'c.yaml': yaml }, { turns })).sent, [['q', '…', 'IN']]);
});

test('a chain says whether it reads what was said before', async () => {
  const uses = async (yaml: string) => (await talk({ 'c.yaml': yaml })).uses;
  assert.equal(await uses('steps: [{ set: "{history}" }]\n'), true);
  assert.equal(await uses('steps: [{ set: "x", if: \'history != ""\' }]\n'), true);
  assert.equal(await uses('steps: [{ set: "{input}" }]\noutput: "{history}"\n'), true);
  assert.equal(await uses('steps: [{ set: "{user}" }]\n'), false);
  assert.equal(await uses('model: openai/gpt-4o-mini\nsteps: [{ prompt: "{input}", history: none }]\n'), false);
});
