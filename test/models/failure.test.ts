import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ModelError, Reason } from '../../src/core/errors.ts';
import type { Origin } from '../../src/models/failure.ts';
import { refusedBy, unreachable } from '../../src/models/failure.ts';

const ORIGIN: Origin = {
  provider: 'fake',
  label: 'Fake',
  model: 'model-1',
  url: 'https://fake.example/v1',
  keyName: 'FAKE_API_KEY',
  local: false,
  secrets: ['my-own-secret'],
  now: () => 0,
};

const refused = (status: number, body: unknown, headers: Record<string, string> = {}): ModelError =>
  refusedBy(ORIGIN, { status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) });

const BODIES: readonly (readonly [string, number, unknown, Reason, RegExp])[] = [
  [
    'OpenAI',
    429,
    { error: { message: 'You exceeded your current quota', type: 'insufficient_quota', code: 'insufficient_quota' } },
    'quota',
    /current quota/,
  ],
  [
    'OpenAI, by tokens',
    429,
    { error: { message: 'Rate limit reached', type: 'tokens', code: 'rate_limit_exceeded' } },
    'rate_limit',
    /Rate limit/,
  ],
  [
    'Anthropic, by words',
    400,
    { type: 'error', error: { type: 'invalid_request_error', message: 'Your credit balance is too low' } },
    'quota',
    /credit/,
  ],
  [
    'Anthropic, overloaded',
    529,
    { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    'overloaded',
    /Overloaded/,
  ],
  [
    'Azure, filtered',
    400,
    { error: { code: 'content_filter', message: 'The response was filtered', status: 400 } },
    'refusal',
    /filtered/,
  ],
  ['Mistral', 401, { message: 'Unauthorized', request_id: 'x' }, 'auth', /Unauthorized/],
  [
    'Mistral, invalid',
    422,
    { object: 'error', message: { detail: [{ loc: ['body', 'seed'], msg: 'extra' }] }, type: 'invalid_request_error' },
    'bad_request',
    /seed/,
  ],
  ['FastAPI', 400, { detail: 'Field required' }, 'bad_request', /Field required/],
  [
    'Gemini',
    429,
    [{ error: { code: 429, message: 'Resource exhausted', status: 'RESOURCE_EXHAUSTED' } }],
    'rate_limit',
    /Resource/,
  ],
  [
    'DeepSeek',
    402,
    { error: { message: 'Insufficient Balance', type: 'unknown_error', code: 'invalid_request_error' } },
    'quota',
    /Balance/,
  ],
  [
    'Ollama',
    404,
    { error: { message: 'model "x" not found, try pulling it first', type: 'not_found_error', code: null } },
    'not_found',
    /pulling/,
  ],
  ['a text', 500, 'upstream connect error', 'server', /upstream/],
  [
    'llama.cpp',
    400,
    { error: { code: 400, message: 'the request exceeds the available context size', type: 'exceed_context_size_error' } },
    'context_overflow',
    /context size/,
  ],
  [
    'an overflow in words',
    400,
    { error: { message: "This model's maximum context length is 8192 tokens" } },
    'context_overflow',
    /8192/,
  ],
  ['an empty body', 503, '', 'overloaded', /503/],
  ['null', 500, 'null', 'server', /500/],
];

for (const [name, status, body, reason, words] of BODIES) {
  test(`${name}: ${status} is ${reason}`, () => {
    const error = refused(status, body);
    assert.equal(error.reason, reason);
    assert.match(error.message, words);
    assert.match(error.message, /^Fake /);
    assert.equal(error.status, status);
  });
}

test('a status of the moment stays one, whatever code comes with it', () => {
  for (const [status, reason] of [
    [408, 'timeout'],
    [409, 'server'],
    [429, 'rate_limit'],
    [500, 'server'],
    [502, 'server'],
    [503, 'overloaded'],
    [529, 'overloaded'],
  ] as const) {
    for (const code of [
      'invalid_request_error',
      'invalid_api_key',
      'model_not_found',
      'context_length_exceeded',
      'content_filter',
    ]) {
      assert.equal(refused(status, { error: { message: 'no', type: code, code } }).reason, reason, `${status} ${code}`);
    }
  }
});

test('a final status stays one, whatever code comes with it', () => {
  for (const [status, reason] of [
    [400, 'bad_request'],
    [401, 'auth'],
    [403, 'auth'],
    [404, 'not_found'],
  ] as const) {
    for (const code of ['rate_limit_exceeded', 'overloaded_error', 'timeout', 'invalid_request_error', 'server_error']) {
      assert.equal(refused(status, { error: { message: 'no', type: code, code } }).reason, reason, `${status} ${code}`);
    }
  }
});

test('a page is named, not shown', () => {
  const error = refused(502, '<!doctype html><html><body>nginx</body></html>');
  assert.equal(error.message, 'Fake failed (502 with a web page)');
});

test('the help names the key, the model or the base URL', () => {
  assert.match(refused(401, {}).help ?? '', /FAKE_API_KEY/);
  assert.match(refused(404, {}).help ?? '', /model-1.*fake\.example/);
});

test('what the provider says is one line of at most 500 characters without a key', () => {
  fc.assert(
    fc.property(fc.integer({ min: 400, max: 599 }), fc.string({ unit: 'binary' }), fc.nat(2000), (status, noise, length) => {
      const message = `${noise} my-own-secret sk-abcdefghijklmn \u001b[31m ${'x'.repeat(length)}`;
      const error = refused(status, { error: { message } });
      assert.doesNotMatch(error.message, /my-own-secret|sk-abcdef|\p{Cc}/u);
      assert.ok(error.message.length < 600);
    }),
  );
});

test('any body at all gives an error with a code', () => {
  fc.assert(
    fc.property(fc.integer({ min: 300, max: 599 }), fc.oneof(fc.json(), fc.string()), (status, body) => {
      assert.match(refused(status, body).code, /^PC[456]\d{3}$/);
    }),
  );
});

test('a redirect names where it leads, never its path or query', () => {
  const error = refused(302, '', { location: 'https://evil.example/collect?key=1' });
  assert.equal(error.code, 'PC5015');
  assert.match(error.message, /https:\/\/evil\.example \(302\)/);
  assert.doesNotMatch(error.message, /collect/);
});

test('what Node says of sockets: its code is kept, a bad certificate is not of the moment', () => {
  assert.match(unreachable(ORIGIN, Object.assign(new Error('x'), { code: 'ENOTFOUND' })).message, /fake\.example \(ENOTFOUND\)/);
  const several = new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })]);
  assert.match(unreachable(ORIGIN, several).message, /ECONNREFUSED/);
  const certificate = unreachable(ORIGIN, Object.assign(new Error('x'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }));
  assert.deepEqual([certificate.code, certificate.reason], ['PC5017', 'bad_request']);
  assert.match(certificate.help ?? '', /NODE_EXTRA_CA_CERTS/);
});
