import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { it } from 'node:test';
import { onTerminal, start } from '../live.ts';
import { openSandbox } from '../sandbox.ts';

const CHAIN = 'name: loud\nmodel: echo/x\nsteps:\n  - prompt: "{input}"\n  - function: "./shout.mjs#shout"\n';
const GOOD = 'export const shout = (text) => text.toUpperCase();\n';
const BAD = "import { writeFileSync } from 'node:fs';\nexport const shout = () => writeFileSync('ran.txt', 'x');\n";
const UNTRUSTED = { PROMPTCHAIN_TRUST: '' };

it('a message is not answered with files that have changed since they were trusted, and the chat goes on', async () => {
  using sandbox = openSandbox({ 'c.yaml': CHAIN, 'shout.mjs': GOOD });
  const chat = start(sandbox, ['chat', 'c.yaml', '--trust'], { env: UNTRUSTED });
  chat.child.stdin?.write('one\n');
  await chat.saw('stdout', 'ONE\n');
  sandbox.write({ 'shout.mjs': BAD });
  chat.child.stdin?.write('two\n');
  await chat.saw('stderr', 'error[PC7075]: the files of the chain have changed since the chat began');
  sandbox.write({ 'shout.mjs': GOOD });
  chat.child.stdin?.end('three\n');
  const { code, stdout, stderr } = await chat.ended;
  assert.deepEqual([code, stdout], [8, 'ONE\nTHREE\n'], stderr);
  assert.match(stderr, /leave, look at them, and go on with --session \S+/);
  assert.ok(!existsSync(sandbox.path('ran.txt')));
});

it('another model does not trust anew what --trust has not seen', async () => {
  using sandbox = openSandbox({ 'c.yaml': CHAIN, 'shout.mjs': GOOD });
  const chat = onTerminal(sandbox, 'promptchain chat c.yaml --trust', { env: UNTRUSTED });
  await chat.saw('stdout', '> ');
  sandbox.write({ 'shout.mjs': BAD });
  chat.child.stdin?.write('/model echo/y\n');
  await chat.saw('stdout', 'Run it, now and until it changes?');
  chat.child.stdin?.write('n\n');
  await chat.saw('stdout', 'PC7072');
  chat.child.stdin?.write('/quit\n');
  await chat.ended;
  assert.ok(!existsSync(sandbox.path('ran.txt')));
});
