import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageDir } from '../package/package-dir.ts';
import { chainOf, serve } from '../serve/serving.ts';

test('the page is served without the token, with its policy, and is not sent twice', async () => {
  const env = { PROMPTCHAIN_SERVE_TOKEN: 'a-token-of-more-than-16-characters' };
  await using server = await serve({ files: { 'one.yaml': chainOf('one') }, env });
  const document = await fetch(`${server.url}/`);
  assert.equal(document.status, 200);
  assert.equal(document.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.equal(document.headers.get('cache-control'), 'no-cache');
  assert.match(document.headers.get('content-security-policy') ?? '', /^default-src 'none'; script-src 'self';/);
  const again = await fetch(`${server.url}/`, { headers: { 'if-none-match': document.headers.get('etag') ?? '' } });
  assert.equal(again.status, 304);
  const named = [...(await document.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
  assert.equal(named.length, 3);
  for (const path of named) {
    const file = await fetch(`${server.url}/${path}`);
    assert.equal(file.status, 200, path);
    assert.equal(file.headers.get('cache-control'), 'public, max-age=31536000, immutable');
  }
  assert.equal((await fetch(`${server.url}/chains`)).status, 401);
});

test('nothing but the files of the page is at its addresses', async () => {
  await using server = await serve({ files: { 'one.yaml': chainOf('one') } });
  for (const path of ['nothing.js', '..%2fcli%2fmain.cjs', '%2e%2e/cli/main.cjs', '..%5ccli', 'index.html%00.js', '']) {
    const answer = await fetch(`${server.url}/page/${path}`);
    assert.ok(answer.status === 404 || answer.status === 400, `${path}: ${answer.status}`);
  }
});

test('the page stays small: a script, a style sheet and a document of less than 64 KiB together', () => {
  const folder = join(packageDir, 'dist/page');
  const files = readdirSync(folder).filter((name) => /\.(?:js|css|html|svg)$/.test(name));
  const bytes = files.reduce((sum, name) => sum + readFileSync(join(folder, name)).length, 0);
  assert.equal(files.length, 4);
  assert.ok(bytes < 64 * 1024, `${bytes} bytes`);
});
