import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Ajv, type ValidateFunction } from 'ajv';
import { dataSchema } from '../../src/cli/schemas/index.ts';
import { startFakeProvider } from '../fake/provider.ts';
import { type Ended, openSandbox, type Sandbox } from './sandbox.ts';

/** Chains that between them make nearly every event, and what running them exits with. */
const CHAINS: Readonly<Record<string, readonly [code: number, text: string]>> = {
  plain: [0, 'model: echo/x\nsteps:\n  - "Say: {input}"\n  - { id: second, prompt: "Again: {input}" }\n'],
  skipped: [0, 'model: echo/x\nsteps:\n  - "Say: {input}"\n  - { id: no, if: size(input) > 100000, prompt: "Long: {input}" }\n'],
  remembered: [
    0,
    'model: echo/x\nmemory: { namespace: notes }\nsteps:\n  - prompt: "{memory.seen | default \'none\'} {input}"\n    remember: { seen: "{input}" }\n',
  ],
  logged: [0, "steps:\n  - run: 'echo careful >&2; cat'\n"],
  failed: [1, "steps:\n  - { run: 'exit 3', on_error: continue }\n  - run: 'exit 4'\n"],
  stopped: [0, 'model: echo/x\nsteps:\n  - "Say: {input}"\n  - stop: enough\n'],
  invalid: [3, 'steps:\n  - promt: x\n'],
  provider: [0, 'model: openai/fake\nsteps:\n  - { prompt: "Say: {input}", retry: 3 }\n  - "Once more: {input}"\n'],
};

let events: ValidateFunction;
let result: ValidateFunction;
let sandbox: Sandbox;

before(async () => {
  sandbox = openSandbox(Object.fromEntries(Object.entries(CHAINS).map(([name, [, text]]) => [`${name}.yaml`, text])));
  const ajv = new Ajv({ strict: true, allErrors: true });
  events = ajv.compile(await dataSchema('events', { closed: true }));
  result = ajv.compile(await dataSchema('result', { closed: true }));
});
after(() => sandbox[Symbol.dispose]());

async function runs(name: string, flag: string): Promise<Ended> {
  await using fake = await startFakeProvider({
    replies: [
      { status: 429, retryAfterMs: '1' },
      { text: 'First', reasoning: 'Hm' },
    ],
  });
  const env = { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: fake.openaiUrl };
  return await sandbox.run(['run', `${name}.yaml`, '--input', 'hello', flag], { env });
}

const linesOf = ({ stdout }: Ended): { readonly type: string }[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('what a run prints is what the schemas say', () => {
  const seen = new Set<string>();

  for (const [name, [code]] of Object.entries(CHAINS)) {
    it(`${name}: every line of --jsonl`, async () => {
      const ended = await runs(name, '--jsonl');
      assert.equal(ended.code, code, ended.stdout + ended.stderr);
      const lines = linesOf(ended);
      for (const line of lines) {
        assert.ok(events(line), `${JSON.stringify(line)}\n${JSON.stringify(events.errors, null, 1)}`);
        seen.add(line.type);
      }
    });

    it(`${name}: the object of --json`, async () => {
      const { stdout, ...ended } = await runs(name, '--json');
      assert.equal(ended.code, code, stdout);
      assert.ok(result(JSON.parse(stdout)), `${stdout}\n${JSON.stringify(result.errors, null, 1)}`);
    });
  }

  it('and these runs made nearly every event', () => {
    const expected = [
      'memory.read',
      'memory.written',
      'run.completed',
      'run.failed',
      'run.started',
      'step.completed',
      'step.delta',
      'step.failed',
      'step.log',
      'step.reasoning_delta',
      'step.retrying',
      'step.skipped',
      'step.started',
    ];
    assert.deepEqual(
      expected.filter((type) => !seen.has(type)),
      [],
    );
  });
});
