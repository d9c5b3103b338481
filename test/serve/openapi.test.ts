import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { chainOf, postJson, serve } from './serving.ts';

type Document = { readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>> };

test('what the server says of itself is OpenAPI 3.1, and each address is there by each of its methods', async () => {
  await using server = await serve({
    files: { 'one.yaml': chainOf('one'), 'two.yaml': chainOf('two') },
    args: ['--show-memory'],
  });
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as Document;
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(document));
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(validator.version, '3.1');

  const begun = await postJson(`${server.url}/chains/one/runs`, { input: 'x', stream: false });
  const values: Readonly<Record<string, string>> = {
    name: 'one',
    id: begun.headers.get('x-run-id') ?? '',
    namespace: 'n',
    model: 'one',
  };
  const methods = ['get', 'post', 'put', 'patch', 'delete'];
  for (const [pattern, operations] of Object.entries(document.paths)) {
    const path = pattern.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? assert.fail(name));
    for (const method of methods) {
      const { status } = await fetch(server.url + path, { method: method.toUpperCase(), signal: AbortSignal.timeout(20_000) });
      const isThere = status !== 405 && status !== 404;
      assert.equal(isThere, Object.hasOwn(operations, method), `${method} ${path}: ${status}`);
    }
  }
});
