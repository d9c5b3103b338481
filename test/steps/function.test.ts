import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSandbox } from '../cli/sandbox.ts';

const CODE = `
export const shout = (input) => input.toUpperCase();
export const facts = (input, ctx) => ({ length: input.length, given: ctx.with });
export const chatty = (input) => { console.log('to the console'); process.stdout.write('raw\\n'); return input; };
export const broken = () => { throw new RangeError('out of range'); };
export const nothing = () => undefined;
export const circular = () => { const a = {}; a.a = a; return a; };
export const endless = () => { while (true) {} };
export const leave = () => process.exit(0);
export const never = () => new Promise(() => {});
export const pollute = (input) => { globalThis.count = (globalThis.count ?? 0) + 1; return String(globalThis.count); };
export default { inner: () => 'from default' };
`;

const run = (steps: string) => {
  const sandbox = openSandbox({ 'c.yaml': `steps:\n${steps}`, 'lib/code.mjs': CODE });
  return { sandbox, go: (...args: string[]) => sandbox.run(['run', 'c.yaml', '-i', 'abc', ...args]) };
};
const call = (name: string) => `  - function: "./lib/code.mjs#${name}"\n`;

test('a function gets the input and returns the output', async () => {
  const { sandbox, go } = run(call('shout'));
  using _ = sandbox;
  assert.equal((await go()).stdout, 'ABC\n');
});

test('an object becomes data, and compact JSON as output', async () => {
  const { sandbox, go } = run(
    '  - id: f\n    function: "./lib/code.mjs#facts"\n    with: { a: 1, b: "{input}" }\noutput: "{input} {steps.f.data.given.b}"\n',
  );
  using _ = sandbox;
  assert.equal((await go()).stdout, '{"length":3,"given":{"a":1,"b":"abc"}} abc\n');
});

test('what a function writes to its console never reaches stdout', async () => {
  const { sandbox, go } = run(call('chatty'));
  using _ = sandbox;
  const { stdout, stderr } = await go();
  assert.equal(stdout, 'abc\n');
  assert.match(stderr, /to the console/);
});

for (const [name, code, words] of [
  ['broken', 'PC7201', /RangeError: out of range/],
  ['nothing', 'PC7203', /undefined/],
  ['circular', 'PC7203', /not JSON/],
  ['missing', 'PC7202', /exported functions: .*shout/s],
  ['leave', 'PC7204', /exit code 0/],
  ['never', 'PC7204', /before it returned/],
] as const) {
  test(`a function that ends badly is told apart: ${name}`, async () => {
    const { sandbox, go } = run(call(name));
    using _ = sandbox;
    const { code: exitCode, stdout, stderr } = await go();
    assert.equal(exitCode, 1);
    assert.equal(stdout, '');
    assert.match(stderr, new RegExp(code));
    assert.match(stderr, words);
  });
}

test('a failure tells the line of the file, and no stack of ours', async () => {
  const { sandbox, go } = run(call('broken'));
  using _ = sandbox;
  const { stderr } = await go();
  assert.match(stderr, /= help: at broken \(file:\S+code\.mjs:5:\d+\)\n$/);
});

test('an endless loop ends at the timeout', async () => {
  const { sandbox, go } = run('  - function: "./lib/code.mjs#endless"\n    timeout: 1s\n');
  using _ = sandbox;
  const { code, stderr } = await go();
  assert.equal(code, 7);
  assert.match(stderr, /PC6101/);
});

test('two calls share no state', async () => {
  const { sandbox, go } = run(call('pollute') + call('pollute'));
  using _ = sandbox;
  assert.equal((await go()).stdout, '1\n');
});

test('a file outside the folder of the chain is refused before anything runs', async () => {
  const sandbox = openSandbox({ 'sub/c.yaml': 'steps:\n  - function: "../code.mjs#shout"\n', 'code.mjs': CODE });
  using _ = sandbox;
  const { code, stderr } = await sandbox.run(['run', 'sub/c.yaml', '-i', 'x']);
  assert.equal(code, 3);
  assert.match(stderr, /sub\/c\.yaml:2:/);
});

test('an unknown built-in names the ones there are', async () => {
  const { sandbox, go } = run('  - function: builtin#memory_comands\n');
  using _ = sandbox;
  const { code, stderr } = await go();
  assert.equal(code, 3);
  assert.match(stderr, /did you mean "memory_commands"/);
});

test('builtin#memory_commands stores, reads and lists; other lines stay; a malformed one says so', async () => {
  const sandbox = openSandbox({ 'c.yaml': 'steps:\n  - function: builtin#memory_commands\n' });
  using _ = sandbox;
  const first = await sandbox.run(['run', 'c.yaml'], {
    stdin:
      'hello  world\nMEMORY STORE name = Ada = Lovelace\nmemory get name\nMEMORY LIST\nMEMORY GET nobody\nMEMORY STORE broken',
  });
  assert.equal(
    first.stdout,
    "hello  world\nStored 'name' in memory\nname = Ada = Lovelace\nMemory keys: name\nNot found: nobody\nNot understood: MEMORY STORE broken (MEMORY STORE key=value, MEMORY GET key or MEMORY LIST)\n",
  );
  const second = await sandbox.run(['run', 'c.yaml', '-i', 'MEMORY GET name']);
  assert.equal(second.stdout, 'name = Ada = Lovelace\n');
});
