import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hono } from 'hono';
import { StoreError } from '../../src/core/errors.ts';
import { type Frame, frameStream } from '../../src/serve/frame-stream.ts';
import { createMetrics } from '../../src/serve/metrics/metrics.ts';

for (const [path, thrown, told, reported] of [
  ['/runs', new Error('cannot open /home/operator/file'), { code: 'PC0001', message: 'something failed in the server' }, 1],
  [
    '/runs',
    new StoreError('cannot read /home/operator/journal', { code: 'PC8103' }),
    { code: 'PC8103', message: 'what is kept could not be read or written' },
    0,
  ],
  [
    '/v1/x',
    new Error('cannot open /home/operator/file'),
    { message: 'something failed in the server', type: 'server_error', param: null, code: 'PC0001' },
    1,
  ],
] as const) {
  test(`a stream at ${path} that fails with ${thrown.name} ends with what a client may know of it`, async () => {
    const reports: unknown[] = [];
    const state = { ...STATE, metrics: createMetrics([]), report: (error: unknown) => void reports.push(error) };
    async function* frames(): AsyncGenerator<Frame> {
      yield { data: 'one' };
      throw thrown;
    }
    const app = new Hono().get(path, (context) => frameStream(context, frames(), { state, gone: () => undefined }));
    const text = await (await app.request(path)).text();
    assert.equal(text, `data: one\n\nevent: error\ndata: ${JSON.stringify({ error: told })}\n\n`);
    assert.equal(reports.length, reported);
    assert.match(state.metrics.text(), /open_streams\{kind="sse"\} 0/);
  });
}

const STATE = {
  closing: new AbortController().signal,
  heartbeatMs: 60_000,
  page: new Map(),
  version: '0',
  shapes: async () => ({ result: {}, event: {} }),
  needsToken: false,
};
