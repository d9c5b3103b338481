import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { openSandbox, type RunOptions, type Sandbox } from './sandbox.ts';

/** The stdout of a memory command that succeeds without a word on stderr. */
async function memory(sandbox: Sandbox, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await sandbox.run(['memory', ...args], options);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  return stdout;
}

async function storeOf(sandbox: Sandbox): Promise<string> {
  return (await memory(sandbox, ['path'])).trimEnd();
}

describe('promptchain memory', () => {
  it('sets, changes, lists, gets and removes keys of a namespace', async () => {
    using sandbox = openSandbox();
    assert.equal(await memory(sandbox, ['set', 'tone', 'short and dry']), '');
    await memory(sandbox, ['append', 'topics', 'tea']);
    await memory(sandbox, ['append', 'topics', '{"a":1}', '--json', '--keep', '1']);
    await memory(sandbox, ['increment', 'runs']);
    await memory(sandbox, ['increment', 'runs', '-2.5']);
    await memory(sandbox, ['merge', 'map', '{"a": 1}']);
    await memory(sandbox, ['merge', 'map', '-'], { stdin: '{"b": 2}' });
    await memory(sandbox, ['set', 'other', 'x', '--namespace', 'notes']);
    assert.equal(await memory(sandbox, ['list']), 'tone\ntopics\nruns\nmap\n');
    assert.equal(await memory(sandbox, ['list', '--json']), '["tone","topics","runs","map"]\n');
    assert.equal(await memory(sandbox, ['get', 'tone']), 'short and dry\n');
    assert.equal(await memory(sandbox, ['get', 'tone', '--json']), '"short and dry"\n');
    assert.equal(await memory(sandbox, ['get', 'topics']), '[{"a":1}]\n');
    assert.equal(await memory(sandbox, ['get', 'runs']), '-1.5\n');
    assert.equal(await memory(sandbox, ['get', 'map']), '{"a":1,"b":2}\n');
    await memory(sandbox, ['rm', 'tone', 'topics']);
    assert.equal(await memory(sandbox, ['namespaces', '--json']), '{"default":2,"notes":1}\n');
    assert.equal(await memory(sandbox, ['get', 'other'], { env: { PROMPTCHAIN_MEMORY: 'notes' } }), 'x\n');
  });

  it('names a missing key and the closest one, exit 1, and removes nothing then', async () => {
    using sandbox = openSandbox();
    await memory(sandbox, ['set', 'tone', 'dry']);
    const missing = await sandbox.run(['memory', 'get', 'tune']);
    assert.deepEqual({ code: missing.code, stdout: missing.stdout }, { code: 1, stdout: '' });
    assert.match(missing.stderr, /error\[PC8009\]: there is no key "tune" in namespace "default"\n.*did you mean "tone"\?/);
    assert.equal((await sandbox.run(['memory', 'get', '__proto__'])).code, 1);
    assert.equal((await sandbox.run(['memory', 'rm', 'tone', 'tune'])).code, 1);
    assert.equal(await memory(sandbox, ['get', 'tone']), 'dry\n');
  });

  it('takes any text, from the command line and from stdin, and gives it back as it was', async () => {
    using sandbox = openSandbox();
    for (const text of ['', '\n', '🙂\u2028', '{"a":1}', '-x', '--json']) {
      await memory(sandbox, ['set', 'key', '--', text]);
      assert.equal(await memory(sandbox, ['get', 'key']), `${text}\n`);
    }
    for (const text of ['-', 'a\r\nb\n\r', '\ufeffmarked', 'z'.repeat(1_000_000)]) {
      await memory(sandbox, ['set', 'key', '-'], { stdin: `${text}\n` });
      assert.equal(JSON.parse(await memory(sandbox, ['get', 'key', '--json'])), text);
    }
    for (const name of ['../../x', '__proto__', 'k'.repeat(400), '-n', 'list']) {
      await memory(sandbox, ['set', `--namespace=${name}`, '--', name, name]);
      assert.equal(await memory(sandbox, ['get', `--namespace=${name}`, '--', name]), `${name}\n`);
    }
    const latin = await sandbox.run(['memory', 'set', 'key', '-'], { stdin: Buffer.from('caf\xe9', 'latin1') });
    assert.equal(latin.code, 2);
    assert.match(latin.stderr, /stdin is not UTF-8 text: .*offset 3/);
  });

  it('exports plain JSON that import reads', async () => {
    using sandbox = openSandbox();
    await memory(sandbox, ['set', 'a', '1', '--json']);
    await memory(sandbox, ['set', 'b', 'two', '--namespace', 'notes']);
    const all = await memory(sandbox, ['export']);
    assert.deepEqual(JSON.parse(all), { default: { a: 1 }, notes: { b: 'two' } });
    assert.deepEqual(JSON.parse(await memory(sandbox, ['export', '--namespace', 'notes'])), { b: 'two' });
    const cleared = await sandbox.run(['memory', 'clear', '--all', '-y']);
    assert.deepEqual(cleared, { code: 0, stdout: '', stderr: 'removed 2 keys of every namespace\n' });
    assert.equal(await memory(sandbox, ['export']), '{}\n');
    sandbox.write({ 'memory.json': all });
    const imported = await sandbox.run(['memory', 'import', 'memory.json']);
    assert.deepEqual(imported, { code: 0, stdout: '', stderr: 'imported 2 keys into 2 namespaces\n' });
    assert.equal(await memory(sandbox, ['export']), all);
    await memory(sandbox, ['import', '-q', '--namespace', 'notes', '--replace'], { stdin: '{"c": [1]}' });
    assert.deepEqual(JSON.parse(await memory(sandbox, ['export'])), { default: { a: 1 }, notes: { c: [1] } });
    for (const stdin of ['', '[]', '{"default": 1}', '{"default": {"a": 1}']) {
      const refused = await sandbox.run(['memory', 'import'], { stdin });
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /error\[PC8008\]: this is not a memory export/);
    }
    assert.deepEqual(JSON.parse(await memory(sandbox, ['export'])), { default: { a: 1 }, notes: { c: [1] } });
  });

  it('clears only when someone says yes', async () => {
    using sandbox = openSandbox();
    await memory(sandbox, ['set', 'a', 'b']);
    const refused = await sandbox.run(['memory', 'clear']);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /add -y/);
    assert.equal(await memory(sandbox, ['get', 'a']), 'b\n');
    assert.equal((await sandbox.run(['memory', 'clear', '-y'])).code, 0);
    assert.equal(await memory(sandbox, ['export']), '{}\n');
  });

  it('refuses what does not fit: exit 2 for the command line, 1 for the stored value', async () => {
    using sandbox = openSandbox();
    await memory(sandbox, ['set', 'text', 'a']);
    const refusals = [
      [['set', 'k', '{a}', '--json'], 2],
      [['set', 'k'], 2],
      [['set', 'k', 'a', 'b'], 2],
      [['merge', 'k', '[1]'], 2],
      [['append', 'k', 'v', '--keep', '-1'], 2],
      [['increment', 'k', 'much'], 2],
      [['clear', '--all', '--namespace', 'x', '-y'], 2],
      [['append', 'text', 'b'], 1],
      [['increment', 'text'], 1],
      [['merge', 'text', '{}'], 1],
    ] as const;
    for (const [args, code] of refusals) {
      const ended = await sandbox.run(['memory', ...args]);
      assert.deepEqual({ args, code: ended.code, stdout: ended.stdout }, { args, code, stdout: '' });
      assert.match(ended.stderr, /^error\[PC\d{4}\]: /);
    }
    assert.equal(await memory(sandbox, ['list']), 'text\n');
  });

  it('a damaged store is refused by every verb and left as it is, until repair keeps what is intact', async () => {
    using sandbox = openSandbox();
    await memory(sandbox, ['set', 'a', 'one']);
    await memory(sandbox, ['set', 'b', 'two']);
    const file = await storeOf(sandbox);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const damaged = readFileSync(file, 'utf8').replace('"one"', '"One"');
    writeFileSync(file, damaged);
    for (const args of [['list'], ['get', 'b'], ['set', 'c', 'x'], ['export'], ['clear', '-y'], ['import']]) {
      const { code, stderr } = await sandbox.run(['memory', ...args], { stdin: '{}' });
      assert.equal(code, 1);
      assert.match(stderr, /error\[PC8001\]: the memory store .* is damaged at byte 77 \(line 2\).*\n.*memory repair/);
    }
    assert.equal(readFileSync(file, 'utf8'), damaged);
    const { code, stderr } = await sandbox.run(['memory', 'repair']);
    assert.equal(code, 0);
    const aside = /^lost: line 2, \d+ bytes from byte 77\nkept: 1 key; what was found is in (.*)\n$/.exec(stderr)?.[1] ?? '';
    assert.equal(readFileSync(aside, 'utf8'), damaged);
    assert.equal(await memory(sandbox, ['export']), '{\n  "default": {\n    "b": "two"\n  }\n}\n');
  });

  it('can look at another store, and looking creates none', async () => {
    using sandbox = openSandbox();
    await memory(sandbox, ['set', 'a', 'b', '--store', 'own.jsonl']);
    assert.equal(await memory(sandbox, ['get', 'a', '--store', 'own.jsonl']), 'b\n');
    assert.equal(existsSync(sandbox.path('own.jsonl')), true);
    const { code, stdout } = await sandbox.run(['memory', 'list']);
    assert.deepEqual({ code, stdout }, { code: 0, stdout: '' });
    assert.equal(existsSync(await storeOf(sandbox)), false);
  });
});
