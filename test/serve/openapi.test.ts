import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { eventsIn, upTo } from './events.ts';
import { chainOf, postJson, serve } from './serving.ts';

type Operation = {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { readonly content?: object; readonly $ref?: string }>>;
};
type Document = { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> };

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

test('answers are as the description says, and each operation has a name', async () => {
  await using server = await serve({
    files: { 'one.yaml': chainOf('one') },
    args: ['--show-memory'],
    fake: { replies: (request) => (JSON.stringify(request.body).includes('slow') ? { stall: 'mid', text: 'a b c' } : {}) },
  });
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as Document;
  const names = Object.values(document.paths).flatMap((operations) => Object.values(operations).map((each) => each.operationId));
  assert.ok(names.every((name) => /^[a-z][A-Za-z]+$/.test(name)));
  assert.equal(new Set(names).size, names.length);

  const ajv = new Ajv2020({ strict: false });
  formats.default(ajv);
  ajv.addSchema(document, 'doc');
  const at = (path: readonly string[]): string => `doc#/${path.map((key) => encodeURIComponent(escaped(key))).join('/')}`;
  const fits = (path: readonly string[], value: unknown): void => {
    const validate = ajv.getSchema(at(path)) ?? assert.fail(`no schema at ${at(path)}`);
    assert.ok(validate(value), `${at(path)}: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(value)}`);
  };
  const check = async (operation: readonly [string, string], response: Response): Promise<unknown> => {
    const [method, path] = operation;
    const { responses } = document.paths[path]?.[method] ?? assert.fail(path);
    const status = String(response.status) in responses ? String(response.status) : 'default';
    const place = responses[status]?.$ref?.slice(2).split('/') ?? ['paths', path, method, 'responses', status];
    const body: unknown = await response.json();
    fits([...place, 'content', 'application/json', 'schema'], body);
    return body;
  };
  const get = (path: string) => fetch(server.url + path);
  const run = (body: object) => postJson(`${server.url}/chains/one/runs`, body);

  await check(['get', '/chains'], await get('/chains'));
  await check(['get', '/chains/{name}'], await get('/chains/one'));
  await check(['post', '/chains/{name}/runs'], await run({ input: 'x', stream: false }));
  await check(['post', '/chains/{name}/runs'], await run({ input: 'x', nope: 1 }));
  await check(['post', '/chains/{name}/runs'], await run({}));
  const events = eventsIn(await run({ input: 'x' }));
  for await (const { event } of events) {
    fits(['paths', '/chains/{name}/runs', 'post', 'responses', '200', 'content', 'text/event-stream', 'schema'], event);
  }
  const begun = await run({ input: 'slow', background: true });
  const place = begun.headers.get('location') ?? '';
  await check(['post', '/chains/{name}/runs'], begun);
  const following = eventsIn(await get(`${place}/events`));
  await upTo(following, 'step.started');
  await check(['get', '/runs/{id}'], await get(place));
  await check(['post', '/runs/{id}/cancel'], await fetch(`${server.url}${place}/cancel`, { method: 'POST' }));
  await upTo(following, 'run.interrupted');
  await check(['get', '/runs/{id}'], await get(place));
  await check(['post', '/runs/{id}/cancel'], await fetch(`${server.url}${place}/cancel`, { method: 'POST' }));
  await check(['get', '/runs/{id}'], await get('/runs/nope'));
  await check(['get', '/runs'], await get('/runs'));
  await check(['get', '/memory'], await get('/memory'));
  await check(['get', '/memory/{namespace}'], await get('/memory/n'));
  await check(['get', '/v1/models'], await get('/v1/models'));
  await check(['get', '/v1/models/{model}'], await get('/v1/models/nope'));
  for (const path of ['/v1/chat/completions', '/v1/responses'])
    await check(['post', path], await postJson(server.url + path, { model: 'one' }));
  await check(['get', '/openapi.json'], await get('/openapi.json'));
});

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
