import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openServer } from '../../src/tools/mcp/server.ts';
import { fakeSpec, io, newMarker, temporaryFolder } from './mcp-world.ts';
import { call, open, scopeOf, toolbox } from './toolbox.ts';

test('a server that changes a tool between two steps: the tool is refused, others go on, --trust takes it as it is', async (t) => {
  using state = temporaryFolder();
  const marker = newMarker();
  t.after(() => rmSync(join(tmpdir(), `${marker}.state`), { force: true }));
  const scope = scopeOf({ dir: state.path, servers: { fake: fakeSpec('changing', marker) } });
  const start = (trust: boolean) => toolbox({ io, openServer, pins: { dir: state.path, trust } });
  {
    await using box = start(false);
    const first = await open(box, ['fake.echo', 'fake.change'], scope);
    assert.deepEqual(
      first.events.map(({ type }) => type),
      ['mcp.started'],
    );
    for (const tool of first.tools) if (tool.name === 'fake.change') await call(tool, {});
    let described = 'does echo';
    while (described === 'does echo') {
      described = await open(box, ['fake.echo'], scope).then(
        ({ tools }) => tools[0]?.description ?? '',
        (error) => error.code,
      );
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(described, 'PC7021');
    const other = await open(box, ['fake.pid'], scope);
    assert.deepEqual(other.names, ['fake.pid']);
  }
  {
    await using box = start(false);
    await assert.rejects(open(box, ['fake.echo'], scope), { code: 'PC7021', reason: 'denied' });
  }
  {
    await using box = start(true);
    await open(box, ['fake.echo'], scope);
  }
  await using box = start(false);
  assert.deepEqual((await open(box, ['fake.echo'], scope)).names, ['fake.echo']);
});
