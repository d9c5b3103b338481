import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ModelError } from '../../src/core/errors.ts';
import type { Message } from '../../src/core/message.ts';
import type { ModelParams, ModelRequest, ModelSpec } from '../../src/core/model.ts';
import { startFakeProvider } from '../fake/provider.ts';
import { ask, collect, never, openAt } from './calling.ts';

/** The body that goes over the wire for one request. */
async function wire(id: string, request: ModelRequest, spec: Partial<ModelSpec> = {}, env: Record<string, string> = {}) {
  await using fake = await startFakeProvider();
  await collect((await openAt(fake, id, { spec, env: { ...basesOf(fake.openaiUrl, id), ...env } })).stream(request, never()));
  const { path, body, headers } = fake.requests[0] ?? assert.fail();
  return { path, body, headers };
}

/** The variables that lead any provider of the table to the fake. */
function basesOf(url: string, id: string): Record<string, string> {
  const provider = id.split('/')[0]?.toUpperCase() ?? '';
  return provider === 'ANTHROPIC' || provider === 'OPENAI'
    ? {}
    : { [`${provider}_BASE_URL`]: url, [`${provider}_API_KEY`]: 'k-1234' };
}

const ALL: ModelParams = { temperature: 0.2, max_tokens: 50, top_p: 0.9, stop_sequences: ['END'] };
const TALK: readonly Message[] = [
  { role: 'user', text: 'weather?' },
  {
    role: 'assistant',
    text: 'Looking.',
    toolCalls: [
      { id: 'c1', name: 'weather', arguments: '{"city":"Rome"}' },
      { id: 'c2', name: 'weather', arguments: '{"city":"Oslo"}' },
    ],
  },
  { role: 'tool', callId: 'c1', text: 'sun' },
  { role: 'tool', callId: 'c2', text: 'no such city', isError: true },
  { role: 'user', text: 'so?' },
];
const TOOLS: Partial<ModelRequest> = {
  tools: [
    {
      name: 'weather',
      description: 'Tells the weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } } },
    },
  ],
  toolChoice: 'required',
};

describe('chat completions', () => {
  test('every parameter, the system text and the message', async () => {
    const params = {
      ...ALL,
      seed: 7,
      frequency_penalty: 0.1,
      presence_penalty: -0.1,
      extra: { user: 'u1', logit_bias: { '50': 1 } },
    };
    const { path, body } = await wire('openai/gpt-4o-mini', { ...ask('Hi {x}', params), system: 'Be brief.' });
    assert.equal(path, '/v1/chat/completions');
    assert.deepEqual(body, {
      user: 'u1',
      logit_bias: { '50': 1 },
      temperature: 0.2,
      max_tokens: 50,
      top_p: 0.9,
      seed: 7,
      stop: ['END'],
      frequency_penalty: 0.1,
      presence_penalty: -0.1,
      stream_options: { include_usage: true },
      model: 'gpt-4o-mini',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi {x}' },
      ],
      stream: true,
    });
  });

  test('what stands under extra goes over what we would send, but not over the conversation', async () => {
    const extra = { stream_options: { include_usage: false }, temperature: 1, stream: false, messages: [], model: 'other' };
    const { body } = await wire('openai/gpt-4o-mini', ask('Hi', { temperature: 0, extra }));
    assert.deepEqual(body, {
      stream_options: { include_usage: false },
      temperature: 1,
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
    });
  });

  test('a request without parameters sends none', async () => {
    const { body } = await wire('groq/llama-3.3-70b-versatile', ask('Hi'));
    assert.deepEqual(Object.keys(body).sort(), ['messages', 'model', 'stream', 'stream_options']);
  });

  test('a thinking model of OpenAI counts its limit under another name, other hosts do not', async () => {
    const params: ModelParams = { max_tokens: 50, reasoning_effort: 'low' };
    const { body } = await wire('openai/gpt-5-mini', ask('Hi', params));
    assert.deepEqual([body.max_completion_tokens, body.max_tokens, body.reasoning_effort], [50, undefined, 'low']);
    const elsewhere = await wire('vllm/gpt-5-like', ask('Hi', params));
    assert.deepEqual([elsewhere.body.max_completion_tokens, elsewhere.body.max_tokens], [undefined, 50]);
  });

  test('hosts with names of their own', async () => {
    const mistral = (await wire('mistral/mistral-small-latest', ask('Hi', { seed: 3 }))).body;
    assert.deepEqual([mistral.random_seed, mistral.seed, mistral.stream_options], [3, undefined, undefined]);
    const openrouter = (await wire('openrouter/some/model', ask('Hi', { reasoning_effort: 'high' }))).body;
    assert.deepEqual([openrouter.reasoning, openrouter.model], [{ effort: 'high' }, 'some/model']);
  });

  test('a conversation with tools', async () => {
    const { body } = await wire('openai/gpt-4o-mini', { ...ask(''), ...TOOLS, messages: TALK });
    assert.deepEqual(body.messages, [
      { role: 'user', content: 'weather?' },
      {
        role: 'assistant',
        content: 'Looking.',
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } },
          { id: 'c2', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'sun' },
      { role: 'tool', tool_call_id: 'c2', content: 'no such city' },
      { role: 'user', content: 'so?' },
    ]);
    const { name, description, parameters } = TOOLS.tools?.[0] ?? assert.fail();
    assert.deepEqual(body.tools, [{ type: 'function', function: { name, description, parameters } }]);
    assert.equal(body.tool_choice, 'required');
  });

  test('azure: the deployment of a dated API in the path, its key in its own header', async () => {
    await using fake = await startFakeProvider();
    const env = { AZURE_OPENAI_ENDPOINT: fake.url, AZURE_OPENAI_API_KEY: 'azure-key', OPENAI_API_VERSION: '2024-10-21' };
    await collect((await openAt(fake, 'azure/my deployment', { env })).stream(ask('Hi'), never()));
    await collect((await openAt(fake, 'azure/mine', { env: { ...env, OPENAI_API_VERSION: '' } })).stream(ask('Hi'), never()));
    assert.deepEqual(
      fake.requests.map(({ path, headers }) => [path, headers['api-key'], headers.authorization]),
      [
        ['/openai/deployments/my%20deployment/chat/completions?api-version=2024-10-21', 'azure-key', undefined],
        ['/openai/v1/chat/completions', 'azure-key', undefined],
      ],
    );
  });
});

describe('responses', () => {
  test('every parameter it has, and nothing stored', async () => {
    const params: ModelParams = {
      temperature: 1,
      max_tokens: 50,
      top_p: 0.9,
      reasoning_effort: 'high',
      extra: { metadata: { a: 'b' } },
    };
    const { path, body } = await wire('openai/gpt-4o-mini', { ...ask('Hi', params), system: 'Be brief.' }, { api: 'responses' });
    assert.equal(path, '/v1/responses');
    assert.deepEqual(body, {
      store: false,
      metadata: { a: 'b' },
      temperature: 1,
      max_output_tokens: 50,
      top_p: 0.9,
      reasoning: { effort: 'high' },
      instructions: 'Be brief.',
      model: 'gpt-4o-mini',
      input: [{ role: 'user', content: 'Hi' }],
      stream: true,
    });
  });

  for (const name of [
    'o1-pro',
    'o3-pro-2025-06-10',
    'gpt-5-pro',
    'gpt-5.2-pro',
    'gpt-5-codex',
    'codex-mini-latest',
    'o3-deep-research',
  ]) {
    test(`${name} is asked there, being nowhere else`, async () => {
      assert.equal((await wire(`openai/${name}`, ask('Hi'))).path, '/v1/responses');
    });
  }

  for (const name of ['gpt-4o-mini', 'gpt-5', 'gpt-5.4-mini', 'o3', 'chatgpt-4o-latest']) {
    test(`${name} is asked at Chat Completions`, async () => {
      assert.equal((await wire(`openai/${name}`, ask('Hi'))).path, '/v1/chat/completions');
    });
  }

  test('the file may choose: api: chat', async () => {
    assert.equal((await wire('openai/gpt-5-pro', ask('Hi'), { api: 'chat' })).path, '/v1/chat/completions');
  });

  test('a conversation with tools', async () => {
    const { body } = await wire('openai/gpt-5-pro', { ...ask(''), ...TOOLS, messages: TALK });
    assert.deepEqual(body.input, [
      { role: 'user', content: 'weather?' },
      { role: 'assistant', content: 'Looking.' },
      { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{"city":"Rome"}' },
      { type: 'function_call', call_id: 'c2', name: 'weather', arguments: '{"city":"Oslo"}' },
      { type: 'function_call_output', call_id: 'c1', output: 'sun' },
      { type: 'function_call_output', call_id: 'c2', output: 'no such city' },
      { role: 'user', content: 'so?' },
    ]);
  });
});

describe('messages', () => {
  test('every parameter it has', async () => {
    const { path, body, headers } = await wire('anthropic/claude-sonnet-5', {
      ...ask('Hi', { ...ALL, extra: { metadata: { user_id: 'u' } } }),
      system: 'Be brief.',
    });
    assert.equal(path, '/v1/messages');
    assert.ok(headers['anthropic-version']);
    assert.deepEqual(body, {
      metadata: { user_id: 'u' },
      temperature: 0.2,
      top_p: 0.9,
      stop_sequences: ['END'],
      system: 'Be brief.',
      model: 'claude-sonnet-5',
      max_tokens: 50,
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
    });
  });

  test('a limit is always sent, as high as the generation allows', async () => {
    for (const [name, tokens] of [
      ['claude-3-haiku-20240307', 4_096],
      ['claude-3-5-sonnet-latest', 8_192],
      ['claude-opus-4-1', 32_000],
      ['claude-next', 32_000],
    ] as const) {
      assert.equal((await wire(`anthropic/${name}`, ask('Hi'))).body.max_tokens, tokens);
    }
  });

  test('how hard to think: tokens for older models, effort for later ones', async () => {
    const body = async (name: string, params: ModelParams) => (await wire(`anthropic/${name}`, ask('Hi', params))).body;
    const later = await body('claude-opus-4-6', { reasoning_effort: 'high' });
    assert.deepEqual([later.thinking, later.output_config], [{ type: 'adaptive' }, { effort: 'high' }]);
    for (const name of [
      'claude-sonnet-4-20250514',
      'claude-sonnet-4-5',
      'claude-haiku-4-5-20251001',
      'claude-3-7-sonnet-latest',
    ]) {
      const older = await body(name, { reasoning_effort: 'low' });
      assert.deepEqual([older.thinking, older.output_config], [{ type: 'enabled', budget_tokens: 2_048 }, undefined]);
    }
    const tight = await body('claude-sonnet-4-5', { reasoning_effort: 'high', max_tokens: 2_000 });
    assert.deepEqual([tight.thinking, tight.max_tokens], [{ type: 'enabled', budget_tokens: 1_999 }, 2_000]);
    assert.deepEqual((await body('claude-opus-4-6', { reasoning_effort: 'none' })).thinking, { type: 'disabled' });
  });

  test('a conversation with tools: the answers to one message go back together', async () => {
    const { body } = await wire('anthropic/claude-sonnet-5', { ...ask(''), ...TOOLS, messages: TALK });
    assert.deepEqual(body.messages, [
      { role: 'user', content: 'weather?' },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Looking.' },
          { type: 'tool_use', id: 'c1', name: 'weather', input: { city: 'Rome' } },
          { type: 'tool_use', id: 'c2', name: 'weather', input: { city: 'Oslo' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'c1', content: 'sun' },
          { type: 'tool_result', tool_use_id: 'c2', content: 'no such city', is_error: true },
          { type: 'text', text: 'so?' },
        ],
      },
    ]);
    assert.deepEqual(body.tool_choice, { type: 'any' });
  });
});

describe('a parameter that cannot be sent is an error when the model is opened', () => {
  const CASES: readonly (readonly [string, ModelParams, Partial<ModelSpec>?])[] = [
    ['anthropic/claude-sonnet-5', { seed: 1 }],
    ['anthropic/claude-sonnet-5', { frequency_penalty: 1 }],
    ['anthropic/claude-sonnet-5', { presence_penalty: 1 }],
    ['anthropic/claude-sonnet-5', { reasoning_effort: 'minimal' }],
    ['anthropic/claude-sonnet-4-5', { reasoning_effort: 'high', max_tokens: 500 }],
    ['anthropic/claude-sonnet-5', {}, { api: 'chat' }],
    ['openai/gpt-5-pro', { seed: 1 }],
    ['openai/gpt-5-pro', { stop_sequences: ['x'] }],
    ['deepseek/deepseek-chat', { seed: 1 }],
    ['perplexity/sonar', { stop_sequences: ['x'] }],
  ];
  for (const [id, params, more] of CASES) {
    test(`${id} ${JSON.stringify({ ...params, ...more })}`, async () => {
      const env = { DEEPSEEK_API_KEY: 'k-1234', PERPLEXITY_API_KEY: 'k-1234' };
      const opening = openAt({ openaiUrl: 'http://127.0.0.1:9/v1', anthropicUrl: 'http://127.0.0.1:9' }, id, {
        spec: { params, ...more },
        env,
      });
      await assert.rejects(
        opening,
        (error) => error instanceof ModelError && error.code === 'PC5003' && error.reason === 'chain',
      );
    });
  }
});
